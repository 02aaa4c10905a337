using Npgsql;
using NpgsqlTypes;
using PhiGateway.Policy.Registry;
using PhiGateway.Storage.Registry;

namespace PhiGateway.Storage.Postgres;

/// <summary>The registry's write side on Postgres: one statement per bulk; a trigger notifies the nodes at commit.</summary>
internal sealed class PostgresRegistryStore(PostgresDatabase database)
    // The function runs with its owner's rights and deletes nothing else: whoever writes revocations may not remove one.
    : SqlRegistryStore(database, "SELECT registry_drop_ended_revocations()")
{
    /// <summary>The channel of NOTIFY; a trigger on the revision's row sends it at commit, with the revision as payload.</summary>
    public const string Channel = "phigw_registry";

    // Postgres lets writers in by the lock on the revision row.
    protected override ValueTask<IDisposable?> EnterAsync(CancellationToken cancellationToken) => new((IDisposable?)null);

    protected override async Task<Dictionary<(RegistryKind, string), DocumentState>> LoadStatesAsync(
        RegistryTransaction write,
        IReadOnlyList<RegistryWrite> writes,
        CancellationToken cancellationToken
    )
    {
        var states = new Dictionary<(RegistryKind, string), DocumentState>(writes.Count);
        await using var command = Command(
            write,
            "SELECT d.kind, d.id, d.version, d.deleted, d.json FROM documents d JOIN unnest(@kinds, @ids) AS w(kind, id) ON d.kind = w.kind AND d.id = w.id"
        );
        command.Parameters.AddWithValue("kinds", writes.Select(w => (short)w.Kind).ToArray());
        command.Parameters.AddWithValue("ids", writes.Select(w => w.Id).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            states[((RegistryKind)reader.GetInt16(0), reader.GetString(1))] = new DocumentState(
                reader.GetInt64(2),
                reader.GetBoolean(3),
                reader.GetString(4)
            );
        }

        return states;
    }

    protected override async Task StoreAsync(
        RegistryTransaction write,
        IReadOnlyList<RegistryItem> items,
        CancellationToken cancellationToken
    )
    {
        await using var command = Command(
            write,
            """
            INSERT INTO documents (kind, id, version, revision, json, updated_at, updated_by, deleted, seal)
            SELECT w.kind, w.id, w.version, @revision, w.json, @at, @by, w.deleted, w.seal
            FROM unnest(@kinds, @ids, @versions, @jsons, @deleted, @seals) AS w(kind, id, version, json, deleted, seal)
            ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, revision = excluded.revision, json = excluded.json,
                updated_at = excluded.updated_at, updated_by = excluded.updated_by, deleted = excluded.deleted, seal = excluded.seal
            """
        );
        command.Parameters.AddWithValue("revision", write.Revision);
        command.Parameters.AddWithValue("at", write.At.UtcDateTime);
        command.Parameters.AddWithValue("by", items[0].UpdatedBy);
        command.Parameters.AddWithValue("kinds", items.Select(i => (short)i.Kind).ToArray());
        command.Parameters.AddWithValue("ids", items.Select(i => i.Id).ToArray());
        command.Parameters.AddWithValue("versions", items.Select(i => i.Version).ToArray());
        command.Parameters.AddWithValue("jsons", items.Select(i => i.Json).ToArray());
        command.Parameters.AddWithValue("deleted", items.Select(i => i.Deleted).ToArray());
        command.Parameters.AddWithValue(
            "seals",
            NpgsqlDbType.Array | NpgsqlDbType.Bytea,
            items.Select(i => database.Seal?.Of(i)).ToArray()
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    protected override async Task<long> UpsertMembersAsync(
        RegistryTransaction write,
        RosterMember[] members,
        CancellationToken cancellationToken
    )
    {
        // Binary arrays travel like COPY does, without a temporary table for each slice and without the right to make one.
        await using var command = Command(
            write,
            """
            INSERT INTO roster_member AS m (roster, patient, from_at, until_at, source, revision, removed)
            SELECT w.roster, w.patient, w.from_at, w.until_at, w.source, @revision, FALSE
            FROM unnest(@rosters, @patients, @froms, @untils, @sources) AS w(roster, patient, from_at, until_at, source)
            ON CONFLICT (roster, patient) DO UPDATE SET from_at = excluded.from_at, until_at = excluded.until_at,
                source = excluded.source, revision = excluded.revision, removed = FALSE
            WHERE m.removed OR (m.from_at, m.until_at, m.source) IS DISTINCT FROM (excluded.from_at, excluded.until_at, excluded.source)
            """
        );
        command.Parameters.AddWithValue("revision", write.Revision);
        command.Parameters.AddWithValue("rosters", members.Select(m => m.Roster).ToArray());
        command.Parameters.AddWithValue("patients", members.Select(m => m.Patient.Value!).ToArray());
        command.Parameters.Add(
            new NpgsqlParameter("froms", NpgsqlDbType.Array | NpgsqlDbType.TimestampTz)
            {
                Value = members.Select(m => m.From?.UtcDateTime).ToArray(),
            }
        );
        command.Parameters.Add(
            new NpgsqlParameter("untils", NpgsqlDbType.Array | NpgsqlDbType.TimestampTz)
            {
                Value = members.Select(m => m.Until?.UtcDateTime).ToArray(),
            }
        );
        command.Parameters.Add(
            new NpgsqlParameter("sources", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = members.Select(m => m.Source).ToArray() }
        );
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    protected override async Task<long> TombstoneMembersAsync(
        RegistryTransaction write,
        string roster,
        string[] patients,
        CancellationToken cancellationToken
    )
    {
        await using var command = Command(
            write,
            "UPDATE roster_member SET removed = TRUE, revision = @revision WHERE roster = @roster AND patient = ANY(@patients) AND NOT removed"
        );
        command.Parameters.AddWithValue("revision", write.Revision);
        command.Parameters.AddWithValue("roster", roster);
        command.Parameters.AddWithValue("patients", patients);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Command(RegistryTransaction write, string sql) => (NpgsqlCommand)write.Command(sql);
}

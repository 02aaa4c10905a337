using System.Data.Common;
using PhiGateway.Policy.Registry;
using PhiGateway.Storage.Common;
using PhiGateway.Storage.Registry;

namespace PhiGateway.Storage.Sqlite;

/// <summary>
/// The registry's write side on SQLite: prepared statements in one transaction, other parts of this process woken after commit.
/// </summary>
internal sealed class SqliteRegistryStore(SqliteDatabase database)
    : SqlRegistryStore(
        database,
        // Times are microseconds.
        $"DELETE FROM revocation WHERE until < {database.NowSql} - {(long)Revocation.KeptAfterEnd.TotalMicroseconds}"
    )
{
    private readonly SqliteChangeHub _hub = SqliteChangeHub.For(database.File);

    protected override async ValueTask<IDisposable?> EnterAsync(CancellationToken cancellationToken) =>
        await database.EnterWriteAsync(cancellationToken);

    protected override void Announce() => _hub.Announce();

    protected override async Task<Dictionary<(RegistryKind, string), DocumentState>> LoadStatesAsync(
        RegistryTransaction write,
        IReadOnlyList<RegistryWrite> writes,
        CancellationToken cancellationToken
    )
    {
        var states = new Dictionary<(RegistryKind, string), DocumentState>(writes.Count);
        await using var command = write
            .Command("SELECT version, deleted, json FROM documents WHERE kind = @kind AND id = @id")
            .With("kind", null)
            .With("id", null);
        foreach (var one in writes)
        {
            command.Parameters[0].Value = (short)one.Kind;
            command.Parameters[1].Value = one.Id;
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (await reader.ReadAsync(cancellationToken))
            {
                states[(one.Kind, one.Id)] = new DocumentState(reader.GetInt64(0), reader.GetBoolean(1), reader.GetString(2));
            }
        }

        return states;
    }

    protected override async Task StoreAsync(
        RegistryTransaction write,
        IReadOnlyList<RegistryItem> items,
        CancellationToken cancellationToken
    )
    {
        await using var command = write
            .Command(
                """
                INSERT INTO documents (revision, updated_at, updated_by, kind, id, version, json, deleted, seal)
                VALUES (@revision, @at, @by, @kind, @id, @version, @json, @deleted, @seal)
                ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, revision = excluded.revision, json = excluded.json,
                    updated_at = excluded.updated_at, updated_by = excluded.updated_by, deleted = excluded.deleted, seal = excluded.seal
                """
            )
            .With("revision", write.Revision)
            .With("at", database.Time(write.At))
            .With("by", items[0].UpdatedBy)
            .With("kind", null)
            .With("id", null)
            .With("version", null)
            .With("json", null)
            .With("deleted", null)
            .With("seal", null);
        foreach (var item in items)
        {
            Set(command, 3, (short)item.Kind, item.Id, item.Version, item.Json, item.Deleted, database.Seal?.Of(item));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    protected override async Task<long> UpsertMembersAsync(
        RegistryTransaction write,
        RosterMember[] members,
        CancellationToken cancellationToken
    )
    {
        await using var command = write
            .Command(
                """
                INSERT INTO roster_member (revision, roster, patient, from_at, until_at, source, removed)
                VALUES (@revision, @roster, @patient, @from, @until, @source, FALSE)
                ON CONFLICT (roster, patient) DO UPDATE SET from_at = excluded.from_at, until_at = excluded.until_at,
                    source = excluded.source, revision = excluded.revision, removed = FALSE
                WHERE removed OR from_at IS NOT excluded.from_at OR until_at IS NOT excluded.until_at OR source IS NOT excluded.source
                """
            )
            .With("revision", write.Revision)
            .With("roster", null)
            .With("patient", null)
            .With("from", null)
            .With("until", null)
            .With("source", null);
        var changed = 0L;
        foreach (var member in members)
        {
            Set(command, 1, member.Roster, member.Patient.Value, database.Time(member.From), database.Time(member.Until), member.Source);
            changed += await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return changed;
    }

    protected override async Task<long> TombstoneMembersAsync(
        RegistryTransaction write,
        string roster,
        string[] patients,
        CancellationToken cancellationToken
    )
    {
        await using var command = write
            .Command(
                "UPDATE roster_member SET removed = TRUE, revision = @revision WHERE roster = @roster AND patient = @patient AND NOT removed"
            )
            .With("revision", write.Revision)
            .With("roster", roster)
            .With("patient", null);
        var changed = 0L;
        foreach (var patient in patients)
        {
            Set(command, 2, patient);
            changed += await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return changed;
    }

    private static void Set(DbCommand command, int first, params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[first + i].Value = values[i] ?? DBNull.Value;
        }
    }
}

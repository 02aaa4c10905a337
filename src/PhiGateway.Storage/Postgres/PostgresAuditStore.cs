using System.Data.Common;
using Npgsql;
using NpgsqlTypes;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Audit;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Postgres;

/// <summary>The audit store on Postgres: binary COPY into monthly partitions; works with a role that may only insert.</summary>
internal sealed class PostgresAuditStore(PostgresDatabase database) : SqlAuditStore(database)
{
    /// <summary>Makes the partitions of last month up to three ahead; a function with its owner's rights.</summary>
    public const string EnsurePartitionsSql = "SELECT audit_ensure_partitions(3)";

    public override async Task<int> EnsurePartitionsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection.Command(EnsurePartitionsSql);
        return (int)(await command.ExecuteScalarAsync(cancellationToken) ?? 0);
    }

    internal override ValueTask<IDisposable?> EnterAsync(CancellationToken cancellationToken) => new((IDisposable?)null);

    protected override async Task<long> OpenLogAsync(
        DbConnection connection,
        DbTransaction transaction,
        string log,
        CancellationToken cancellationToken
    )
    {
        await using var command = connection.Command("SELECT audit_open(@log)", transaction).With("log", log);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    protected override async Task<Dictionary<long, byte[]>> LoadHashesAsync(
        DbConnection connection,
        DbTransaction transaction,
        string log,
        long[] sequences,
        CancellationToken cancellationToken
    )
    {
        await using var command = connection
            .Command(
                "SELECT sequence, chain_hash FROM audit_event WHERE log = @log AND sequence BETWEEN @from AND @to AND sequence = ANY(@sequences)",
                transaction
            )
            .With("log", log)
            .With("from", sequences[0])
            .With("to", sequences[^1])
            .With("sequences", sequences);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var hashes = new Dictionary<long, byte[]>(sequences.Length);
        while (await reader.ReadAsync(cancellationToken))
        {
            hashes[reader.GetInt64(0)] = reader.GetFieldValue<byte[]>(1);
        }

        return hashes;
    }

    protected override AuditSearch Search(DbConnection connection, DbTransaction transaction, AuditQuery query) =>
        new PostgresAuditSearch(database, connection, transaction, query);

    protected override async Task AddShapesAsync(
        DbConnection connection,
        DbTransaction transaction,
        IReadOnlyList<(long Id, AuditShape Shape)> shapes,
        CancellationToken cancellationToken
    )
    {
        // Without naming what may conflict: that would take the right to read.
        await using var command = connection.Command(
            $"INSERT INTO audit_shape ({AuditShape.Columns}) SELECT * FROM unnest(@month, @id, @kind, @decision, @reason, @client, @tenant, "
                + "@actor, @resource_type, @interaction, @use_case, @organization, @purpose) ON CONFLICT DO NOTHING",
            transaction
        );
        command
            .With("month", shapes.Select(static s => s.Shape.Month).ToArray())
            .With("id", shapes.Select(static s => s.Id).ToArray())
            .With("kind", shapes.Select(static s => s.Shape.Kind).ToArray());
        Texts(command, "decision", shapes, static shape => shape.Decision);
        Texts(command, "reason", shapes, static shape => shape.Reason);
        Texts(command, "client", shapes, static shape => shape.Client);
        Texts(command, "tenant", shapes, static shape => shape.Tenant);
        Texts(command, "actor", shapes, static shape => shape.Actor);
        Texts(command, "resource_type", shapes, static shape => shape.ResourceType);
        Texts(command, "interaction", shapes, static shape => shape.Interaction);
        Texts(command, "use_case", shapes, static shape => shape.UseCase);
        Texts(command, "organization", shapes, static shape => shape.Organization);
        Texts(command, "purpose", shapes, static shape => shape.Purpose);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Texts(
        DbCommand command,
        string name,
        IReadOnlyList<(long Id, AuditShape Shape)> shapes,
        Func<AuditShape, string?> member
    ) => command.With(name, shapes.Select(s => member(s.Shape)).ToArray());

    protected override async Task InsertAsync(
        DbConnection connection,
        DbTransaction transaction,
        List<AuditEntry> entries,
        IReadOnlyList<long> shapes,
        SealedBodies bodies,
        CancellationToken cancellationToken
    )
    {
        var npgsql = (NpgsqlConnection)connection;
        await using (
            var events = await npgsql.BeginBinaryImportAsync(
                $"COPY audit_event ({AuditRows.InsertColumns}) FROM STDIN (FORMAT BINARY)",
                cancellationToken
            )
        )
        {
            for (var i = 0; i < entries.Count; i++)
            {
                await WriteAsync(events, entries[i], shapes[i], cancellationToken);
                await WriteBodyAsync(events, bodies, i, cancellationToken);
            }

            await events.CompleteAsync(cancellationToken);
        }

        if (entries.All(e => e.PatientKeys.Count == 0))
        {
            return;
        }

        await using var patients = await npgsql.BeginBinaryImportAsync(
            "COPY audit_patient (patient_key, time, log, sequence, tenant) FROM STDIN (FORMAT BINARY)",
            cancellationToken
        );
        foreach (var entry in entries)
        {
            foreach (var key in entry.PatientKeys.Distinct(StringComparer.Ordinal))
            {
                await patients.StartRowAsync(cancellationToken);
                await patients.WriteAsync(StorableText.Clean(key)!, NpgsqlDbType.Text, cancellationToken);
                await patients.WriteAsync(entry.Time.UtcDateTime, NpgsqlDbType.TimestampTz, cancellationToken);
                await patients.WriteAsync(entry.Log, NpgsqlDbType.Text, cancellationToken);
                await patients.WriteAsync(entry.Sequence, NpgsqlDbType.Bigint, cancellationToken);
                await TextAsync(patients, entry.Tenant, cancellationToken);
            }
        }

        await patients.CompleteAsync(cancellationToken);
    }

    protected override async Task AdvanceAsync(
        DbConnection connection,
        DbTransaction transaction,
        string log,
        (long First, long Last) added,
        CancellationToken cancellationToken
    )
    {
        await using var command = connection.Command("SELECT audit_advance(@log)", transaction).With("log", log);
        await command.ExecuteScalarAsync(cancellationToken);
    }

    private static async Task WriteAsync(NpgsqlBinaryImporter row, AuditEntry entry, long shape, CancellationToken cancellationToken)
    {
        await row.StartRowAsync(cancellationToken);
        await row.WriteAsync(entry.Log, NpgsqlDbType.Text, cancellationToken);
        await row.WriteAsync(entry.Sequence, NpgsqlDbType.Bigint, cancellationToken);
        await row.WriteAsync(entry.Time.UtcDateTime, NpgsqlDbType.TimestampTz, cancellationToken);
        await row.WriteAsync(entry.Id, NpgsqlDbType.Uuid, cancellationToken);
        if (entry.ParentId == Guid.Empty)
        {
            await row.WriteNullAsync(cancellationToken);
        }
        else
        {
            await row.WriteAsync(entry.ParentId, NpgsqlDbType.Uuid, cancellationToken);
        }

        await row.WriteAsync((short)entry.Kind, NpgsqlDbType.Smallint, cancellationToken);
        await TextAsync(row, entry.Event, cancellationToken);
        await TextAsync(row, entry.Decision, cancellationToken);
        await TextAsync(row, entry.Reason, cancellationToken);
        await TextAsync(row, entry.Client, cancellationToken);
        await TextAsync(row, entry.Tenant, cancellationToken);
        await TextAsync(row, entry.Actor, cancellationToken);
        await row.WriteAsync(entry.Status, NpgsqlDbType.Integer, cancellationToken);
        await TextAsync(row, entry.ResourceType, cancellationToken);
        await TextAsync(row, entry.Interaction, cancellationToken);
        await row.WriteAsync(shape, NpgsqlDbType.Bigint, cancellationToken);
        await row.WriteAsync(
            entry.PatientKeys.Select(StorableText.Clean).ToArray(),
            NpgsqlDbType.Array | NpgsqlDbType.Text,
            cancellationToken
        );
        await row.WriteAsync(entry.ChainHash, NpgsqlDbType.Bytea, cancellationToken);
    }

    private static async Task WriteBodyAsync(NpgsqlBinaryImporter row, SealedBodies bodies, int index, CancellationToken cancellationToken)
    {
        await row.WriteAsync(bodies.BodyOf(index), NpgsqlDbType.Bytea, cancellationToken);
        if (bodies.KeyOf(index) is { } key)
        {
            await row.WriteAsync(key, NpgsqlDbType.Bigint, cancellationToken);
        }
        else
        {
            await row.WriteNullAsync(cancellationToken);
        }
    }

    private static Task TextAsync(NpgsqlBinaryImporter row, string? text, CancellationToken cancellationToken) =>
        text is null
            ? row.WriteNullAsync(cancellationToken)
            : row.WriteAsync(StorableText.Clean(text)!, NpgsqlDbType.Text, cancellationToken);
}

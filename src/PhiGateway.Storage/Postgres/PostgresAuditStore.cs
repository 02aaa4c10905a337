using System.Data.Common;
using Npgsql;
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
        AuditEntry[] entries,
        CancellationToken cancellationToken
    )
    {
        var sequences = Array.ConvertAll(entries, static entry => entry.Sequence);
        await using var command = connection
            .Command(
                "SELECT sequence, substr(chain_hash, 1, 64) FROM audit_event "
                    + "WHERE log = @log AND sequence BETWEEN @from AND @to AND sequence = ANY(@sequences)",
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
            // The key has the time too, so that a place may have more rows than one.
            var (sequence, hash) = (reader.GetInt64(0), reader.GetFieldValue<byte[]>(1));
            if (!hashes.ContainsKey(sequence) || entries[Array.BinarySearch(sequences, sequence)].ChainHash.Span.SequenceEqual(hash))
            {
                hashes[sequence] = hash;
            }
        }

        return hashes;
    }

    protected override AuditSearch Search(DbConnection connection, DbTransaction transaction, AuditQuery query, ReadBudget? budget) =>
        new PostgresAuditSearch(database, connection, transaction, query, budget);

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

    // Columns are written without awaiting: they go into a buffer, and a state machine for each of twenty columns of each row cost a good part of
    // the copy. Rows and the end are awaited; a column that finds the buffer full sends it as it is, without the token, so a server that takes
    // nothing more holds this thread until its connection ends, and a stop of the node goes on without it.
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
                await events.StartRowAsync(cancellationToken);
                PostgresAuditCopy.Write(events, entries[i], shapes[i]);
                PostgresAuditCopy.WriteBody(events, bodies.BodyOf(i), bodies.KeyOf(i));
            }

            await events.CompleteAsync(cancellationToken);
        }

        if (entries.TrueForAll(static entry => entry.PatientKeys.Count == 0))
        {
            return;
        }

        await using var patients = await npgsql.BeginBinaryImportAsync(
            "COPY audit_patient (patient_key, time, log, sequence, tenant) FROM STDIN (FORMAT BINARY)",
            cancellationToken
        );
        foreach (var entry in entries)
        {
            foreach (var key in PostgresAuditCopy.KeysOnce(entry))
            {
                await patients.StartRowAsync(cancellationToken);
                PostgresAuditCopy.WritePatient(patients, entry, key);
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

        // It counts rows and stops where a place has two, as whoever ships may have made one: then it goes on from there.
        var (before, mark) = (long.MinValue, -1L);
        while (mark < added.Last && mark > before)
        {
            before = mark;
            mark = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        }
    }
}

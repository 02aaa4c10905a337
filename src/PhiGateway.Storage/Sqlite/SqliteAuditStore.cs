using System.Buffers;
using System.Data.Common;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Audit;
using PhiGateway.Storage.Common;
using PhiGateway.Storage.Schema;

namespace PhiGateway.Storage.Sqlite;

/// <summary>The audit store in one SQLite file, for the embedded gateway.</summary>
internal sealed class SqliteAuditStore(SqliteDatabase database) : SqlAuditStore(database)
{
    private static readonly SearchValues<char> LettersAndDigits = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    );

    public override Task<int> EnsurePartitionsAsync(CancellationToken cancellationToken) => Task.FromResult(0);

    internal override async ValueTask<IDisposable?> EnterAsync(CancellationToken cancellationToken) =>
        await database.EnterWriteAsync(cancellationToken);

    protected override async Task<long> OpenLogAsync(
        DbConnection connection,
        DbTransaction transaction,
        string log,
        CancellationToken cancellationToken
    )
    {
        await using var command = connection
            .Command(
                "INSERT INTO audit_log (log, watermark, highest) VALUES (@log, -1, -1) ON "
                    + "CONFLICT (log) DO NOTHING; SELECT highest FROM audit_log WHERE log = @log",
                transaction
            )
            .With("log", log);
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
        await using var command = connection
            .Command("SELECT substr(chain_hash, 1, 64) FROM audit_event WHERE log = @log AND sequence = @sequence", transaction)
            .With("log", log)
            .With("sequence", null);
        var hashes = new Dictionary<long, byte[]>(entries.Length);
        foreach (var sequence in entries.Select(static entry => entry.Sequence))
        {
            command.Parameters[1].Value = sequence;
            if (await command.ExecuteScalarAsync(cancellationToken) is byte[] hash)
            {
                hashes[sequence] = hash;
            }
        }

        return hashes;
    }

    protected override AuditSearch Search(DbConnection connection, DbTransaction transaction, AuditQuery query, ReadBudget? budget) =>
        new SqliteAuditSearch(database, connection, transaction, query, budget);

    protected override Task AddShapesAsync(
        DbConnection connection,
        DbTransaction transaction,
        IReadOnlyList<(long Id, AuditShape Shape)> shapes,
        CancellationToken cancellationToken
    )
    {
        using var add = new SqliteStatement(
            (SqliteConnection)connection,
            $"INSERT INTO audit_shape ({AuditShape.Columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
        );
        foreach (var (id, shape) in shapes)
        {
            add.Bind(shape.Month)
                .Bind(id)
                .Bind(shape.Kind)
                .Bind(shape.Decision)
                .Bind(shape.Reason)
                .Bind(shape.Client)
                .Bind(shape.Tenant)
                .Bind(shape.Actor)
                .Bind(shape.ResourceType)
                .Bind(shape.Interaction)
                .Bind(shape.UseCase)
                .Bind(shape.Organization)
                .Bind(shape.Purpose)
                .Execute();
        }

        return Task.CompletedTask;
    }

    protected override Task InsertAsync(
        DbConnection connection,
        DbTransaction transaction,
        List<AuditEntry> entries,
        IReadOnlyList<long> shapes,
        SealedBodies bodies,
        CancellationToken cancellationToken
    )
    {
        var sqlite = (SqliteConnection)connection;
        using (var events = new SqliteBulkInsert(sqlite, "audit_event", AuditRows.InsertColumns, entries.Count))
        {
            for (var i = 0; i < entries.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Bind(events.Next(), entries[i], shapes[i], bodies, i);
                events.End();
            }
        }

        using var patients = new SqliteBulkInsert(
            sqlite,
            "audit_patient",
            "patient_key, time, log, sequence, tenant",
            entries.Sum(static entry => entry.PatientKeys.Count),
            "ON CONFLICT DO NOTHING"
        );
        foreach (var entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var time = MicrosecondsConverter.ToMicroseconds(entry.Time);
            for (var i = 0; i < entry.PatientKeys.Count; i++)
            {
                patients.Next().Bind(entry.PatientKeys[i]).Bind(time).Bind(entry.Log).Bind(entry.Sequence).Bind(entry.Tenant);
                patients.End();
            }
        }

        return Task.CompletedTask;
    }

    protected override async Task AdvanceAsync(
        DbConnection connection,
        DbTransaction transaction,
        string log,
        (long First, long Last) added,
        CancellationToken cancellationToken
    )
    {
        await using var find = connection.Command("SELECT watermark FROM audit_log WHERE log = @log", transaction).With("log", log);
        var mark = (long)(await find.ExecuteScalarAsync(cancellationToken))!;
        if (added.First == mark + 1)
        {
            // The usual batch continues what is there, and need not be read back.
            mark = added.Last;
        }

        await using (
            var next = connection
                .Command("SELECT sequence FROM audit_event WHERE log = @log AND sequence > @mark ORDER BY sequence", transaction)
                .With("log", log)
                .With("mark", mark)
        )
        await using (var reader = await next.ExecuteReaderAsync(cancellationToken))
        {
            // Read row by row, so that it ends at the first gap.
            while (await reader.ReadAsync(cancellationToken) && reader.GetInt64(0) == mark + 1)
            {
                mark++;
            }
        }

        await using var move = connection
            .Command(
                "UPDATE audit_log SET watermark = @mark, highest = (SELECT max(sequence) FROM audit_event WHERE log = @log) WHERE log = @log",
                transaction
            )
            .With("mark", mark)
            .With("log", log);
        await move.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Bind(SqliteStatement row, AuditEntry entry, long shape, SealedBodies bodies, int index)
    {
        row.Bind(entry.Log)
            .Bind(entry.Sequence)
            .Bind(MicrosecondsConverter.ToMicroseconds(entry.Time))
            .Bind(entry.Id)
            .Bind(entry.ParentId)
            .Bind((long)entry.Kind)
            .Bind(entry.Event)
            .Bind(entry.Decision)
            .Bind(entry.Reason)
            .Bind(entry.Client)
            .Bind(entry.Tenant)
            .Bind(entry.Actor)
            .Bind(entry.Status)
            .Bind(entry.ResourceType)
            .Bind(entry.Interaction)
            .Bind(shape);
        BindList(row, entry.PatientKeys).Bind(entry.ChainHash.Span).Bind(bodies.BodyOf(index).Span).Bind(bodies.KeyOf(index));
    }

    // Pseudonyms are of letters and digits; whatever else comes is escaped.
    private static SqliteStatement BindList(SqliteStatement statement, IReadOnlyList<string> keys)
    {
        const int Short = 128;
        if (keys.Count == 0)
        {
            return statement.BindAscii("[]"u8);
        }

        if (keys is not [{ Length: <= Short - 4 } key] || key.AsSpan().ContainsAnyExcept(LettersAndDigits))
        {
            return statement.BindAscii(JsonSerializer.SerializeToUtf8Bytes(keys.Select(StorableText.Clean)));
        }

        Span<byte> list = stackalloc byte[Short];
        "[\""u8.CopyTo(list);
        var end = 2 + Encoding.ASCII.GetBytes(key, list[2..]);
        "\"]"u8.CopyTo(list[end..]);
        return statement.BindAscii(list[..(end + 2)]);
    }
}

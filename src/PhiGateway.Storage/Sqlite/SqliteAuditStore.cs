using System.Data.Common;
using System.Text.Json;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Audit;

namespace PhiGateway.Storage.Sqlite;

/// <summary>The audit store in one SQLite file, for the embedded gateway.</summary>
internal sealed class SqliteAuditStore(SqliteDatabase database) : SqlAuditStore(database)
{
    private static readonly string[] EventParameters = AuditRows.InsertColumns.Split(", ");

    public override Task<int> EnsurePartitionsAsync(CancellationToken cancellationToken) => Task.FromResult(0);

    protected override async ValueTask<IDisposable?> EnterAsync(CancellationToken cancellationToken) => await database.EnterWriteAsync(cancellationToken);

    protected override async Task<long> OpenLogAsync(DbConnection connection, DbTransaction transaction, string log, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
                "INSERT INTO audit_log (log, watermark, highest) VALUES (@log, -1, -1) ON CONFLICT (log) DO NOTHING; SELECT highest FROM audit_log WHERE log = @log",
                transaction)
            .With("log", log);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    protected override async Task<Dictionary<long, byte[]>> LoadHashesAsync(
        DbConnection connection, DbTransaction transaction, string log, long[] sequences, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("SELECT chain_hash FROM audit_event WHERE log = @log AND sequence = @sequence", transaction)
            .With("log", log).With("sequence", null);
        var hashes = new Dictionary<long, byte[]>(sequences.Length);
        foreach (var sequence in sequences)
        {
            command.Parameters[1].Value = sequence;
            if (await command.ExecuteScalarAsync(cancellationToken) is byte[] hash)
            {
                hashes[sequence] = hash;
            }
        }

        return hashes;
    }

    protected override async Task InsertAsync(DbConnection connection, DbTransaction transaction, List<AuditEntry> entries, CancellationToken cancellationToken)
    {
        await using var events = connection.Command(
            $"INSERT INTO audit_event ({AuditRows.InsertColumns}) VALUES (@{string.Join(", @", EventParameters)})", transaction);
        foreach (var name in EventParameters)
        {
            events.With(name, null);
        }

        await using var patients = connection.Command(
                "INSERT INTO audit_patient (patient_key, time, log, sequence, tenant) VALUES (@patient_key, @time, @log, @sequence, @tenant) ON CONFLICT DO NOTHING", transaction)
            .With("patient_key", null).With("time", null).With("log", null).With("sequence", null).With("tenant", null);
        foreach (var entry in entries)
        {
            var time = database.Time(entry.Time);
            Set(
                events, entry.Log, entry.Sequence, time, database.Uuid(entry.Id), entry.ParentId == Guid.Empty ? null : database.Uuid(entry.ParentId), (short)entry.Kind,
                StorableText.Clean(entry.Event), StorableText.Clean(entry.Decision), StorableText.Clean(entry.Reason), StorableText.Clean(entry.Client),
                StorableText.Clean(entry.Tenant), StorableText.Clean(entry.Actor), entry.Status, StorableText.Clean(entry.ResourceType), StorableText.Clean(entry.Interaction),
                JsonSerializer.Serialize(entry.PatientKeys.Select(StorableText.Clean)), entry.ChainHash.ToArray(), entry.Body.ToArray());
            await events.ExecuteNonQueryAsync(cancellationToken);
            foreach (var key in entry.PatientKeys)
            {
                Set(patients, StorableText.Clean(key), time, entry.Log, entry.Sequence, StorableText.Clean(entry.Tenant));
                await patients.ExecuteNonQueryAsync(cancellationToken);
            }
        }
    }

    protected override async Task AdvanceAsync(DbConnection connection, DbTransaction transaction, string log, CancellationToken cancellationToken)
    {
        await using var find = connection.Command("SELECT watermark FROM audit_log WHERE log = @log", transaction).With("log", log);
        var mark = (long)(await find.ExecuteScalarAsync(cancellationToken))!;
        await using (var next = connection.Command("SELECT sequence FROM audit_event WHERE log = @log AND sequence > @mark ORDER BY sequence", transaction)
            .With("log", log).With("mark", mark))
        await using (var reader = await next.ExecuteReaderAsync(cancellationToken))
        {
            // Read row by row, so that it ends at the first gap.
            while (await reader.ReadAsync(cancellationToken) && reader.GetInt64(0) == mark + 1)
            {
                mark++;
            }
        }

        await using var move = connection.Command(
                "UPDATE audit_log SET watermark = @mark, highest = (SELECT max(sequence) FROM audit_event WHERE log = @log) WHERE log = @log", transaction)
            .With("mark", mark).With("log", log);
        await move.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Set(DbCommand command, params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }
    }
}

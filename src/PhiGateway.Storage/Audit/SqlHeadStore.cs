using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using PhiGateway.Proof.Heads;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Audit;

/// <summary>Adds and reads the signed heads of transparency logs in the audit database; adding needs no right but to insert.</summary>
internal sealed class SqlHeadStore(Database database, Func<CancellationToken, ValueTask<IDisposable?>> enter) : IHeadStore
{
    // Whoever ships may add rows of any length, and hundreds are read at once: longer than any note and name is none of them.
    private const string Columns = "substr(log, 1, 1000), size, kind, substr(note, 1, 65536), time";

    public async Task AppendAsync(IReadOnlyList<LogHead> heads, CancellationToken cancellationToken)
    {
        using var turn = await enter(cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await database.BeginWriteAsync(connection, cancellationToken);
        foreach (var head in heads)
        {
            await using var command = connection
                .Command(
                    "INSERT INTO audit_head (log, size, kind, digest, note, time) VALUES (@log, @size, @kind, @digest, @note, @time) "
                        + "ON CONFLICT DO NOTHING",
                    transaction
                )
                .With("log", head.Log)
                .With("size", head.Size)
                .With("kind", (short)head.Kind)
                .With("digest", SHA256.HashData(Encoding.UTF8.GetBytes(head.Note)))
                .With("note", head.Note)
                .With("time", database.Time(head.Time));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<LogHead>> ReadAsync(string log, long fromSize, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection
            .Command(
                $"SELECT {Columns} FROM audit_head WHERE log = @log AND size >= @from " + "ORDER BY log, size, kind, digest LIMIT @limit"
            )
            .With("log", log)
            .With("from", fromSize)
            .With("limit", limit);
        return await ReadAsync(command, cancellationToken);
    }

    public async Task<long> CountStatementsAsync(string log, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection
            .Command($"SELECT count(*) FROM audit_head WHERE log = @log AND kind = {(int)LogHeadKind.Keys}")
            .With("log", log);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task<IReadOnlyList<LogHead>> ReadStatementsAsync(string log, long fromSize, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection
            .Command(
                $"SELECT {Columns} FROM audit_head WHERE log = @log AND size >= @from AND kind = {(int)LogHeadKind.Keys} "
                    + "ORDER BY size, digest LIMIT @limit"
            )
            .With("log", log)
            .With("from", fromSize)
            .With("limit", limit);
        return await ReadAsync(command, cancellationToken);
    }

    public async Task<IReadOnlyList<LogHead>> ReadSinceAsync(DateTimeOffset from, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection
            .Command(
                $"SELECT {Columns} FROM (SELECT * FROM audit_head WHERE time >= @from ORDER BY time DESC LIMIT @limit) h "
                    + "ORDER BY time, log, size, kind DESC, digest"
            )
            .With("from", database.Time(from))
            .With("limit", limit);
        return await ReadAsync(command, cancellationToken);
    }

    private async Task<IReadOnlyList<LogHead>> ReadAsync(DbCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var heads = new List<LogHead>();
        while (await reader.ReadAsync(cancellationToken))
        {
            // Whoever ships may add rows: of a kind that none is there are none, and a time that cannot be read is the last there is.
            heads.Add(
                new LogHead(
                    reader.GetString(0),
                    reader.GetInt64(1),
                    reader.GetInt64(2) is >= byte.MinValue and <= byte.MaxValue and var kind ? (LogHeadKind)kind : default,
                    reader.GetString(3),
                    TolerantRow.TimeOf(database, reader, 4, DateTimeOffset.MaxValue)
                )
            );
        }

        return heads;
    }
}

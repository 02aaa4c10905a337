using PhiGateway.Policy.Registry;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Registry;

/// <summary>Takes single uses in table <c>single_use</c>, and forgets those that are over, at most once a minute.</summary>
/// <param name="database">The registry's.</param>
/// <param name="time">The clock.</param>
/// <param name="enter">Waits for the turn to write, where there is one.</param>
internal sealed class SqlSingleUses(Database database, TimeProvider time, Func<CancellationToken, ValueTask<IDisposable?>> enter)
    : ISingleUses
{
    private static readonly TimeSpan BetweenPurges = TimeSpan.FromMinutes(1);

    // Clocks of nodes differ: what is over by the database's may not be over there.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    // Of two who keep the same at once one waits for the other, and looks again.
    private const int MostTries = 5;

    private readonly SingleUseBatch _batch = new(database, enter);
    private long _purgedAt;

    public async Task<bool> TryUseAsync(string use, DateTimeOffset until, CancellationToken cancellationToken)
    {
        // A use that is on its way is taken, whoever has left meanwhile.
        var isFirst = await _batch.TryUseAsync(use, until).WaitAsync(cancellationToken);

        var now = time.GetUtcNow();
        var purgedAt = Interlocked.Read(ref _purgedAt);
        if (now.UtcTicks - purgedAt > BetweenPurges.Ticks && Interlocked.CompareExchange(ref _purgedAt, now.UtcTicks, purgedAt) == purgedAt)
        {
            using var turn = await enter(cancellationToken);
            await using var connection = await database.OpenAsync(cancellationToken);

            // By the database's time: a node whose clock is ahead would forget for all of them what may be used once.
            await using var purge = connection.Command($"DELETE FROM single_use WHERE until < {database.BeforeNow(Grace)}");
            await purge.ExecuteNonQueryAsync(cancellationToken);
        }

        return isFirst;
    }

    // Deleted and written anew in one transaction: a gateway's role may not update here.
    public async Task KeepAsync(string use, DateTimeOffset until, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            using (var turn = await enter(cancellationToken))
            await using (var connection = await database.OpenAsync(cancellationToken))
            {
                await using var transaction = await database.BeginWriteAsync(connection, cancellationToken);
                foreach (
                    var text in new[]
                    {
                        "DELETE FROM single_use WHERE use = @use AND until < @until",
                        "INSERT INTO single_use (use, until) VALUES (@use, @until) ON CONFLICT (use) DO NOTHING",
                    }
                )
                {
                    await using var command = connection.Command(text).With("use", use).With("until", database.Time(until));
                    command.Transaction = transaction;
                    await command.ExecuteNonQueryAsync(cancellationToken);
                }

                await transaction.CommitAsync(cancellationToken);
            }

            // The database keeps microseconds.
            if (await FindEndAsync(use, cancellationToken) is { } kept && kept.AddTicks(TimeSpan.TicksPerMillisecond) >= until)
            {
                return;
            }
        }

        throw new InvalidOperationException("What was used could not be kept for longer.");
    }

    public async Task<DateTimeOffset?> FindEndAsync(string use, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection.Command("SELECT until FROM single_use WHERE use = @use").With("use", use);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? database.ReadTime(reader, 0) : null;
    }

    public async Task<bool> IsUsedAsync(string use, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection.Command("SELECT 1 FROM single_use WHERE use = @use").With("use", use);
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }
}

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

    private long _purgedAt;

    public async Task<bool> TryUseAsync(string use, DateTimeOffset until, CancellationToken cancellationToken)
    {
        using var turn = await enter(cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection
            .Command("INSERT INTO single_use (use, until) VALUES (@use, @until) ON CONFLICT (use) DO NOTHING")
            .With("use", use)
            .With("until", database.Time(until));
        var isFirst = await command.ExecuteNonQueryAsync(cancellationToken) == 1;

        var now = time.GetUtcNow();
        var purgedAt = Interlocked.Read(ref _purgedAt);
        if (now.UtcTicks - purgedAt > BetweenPurges.Ticks && Interlocked.CompareExchange(ref _purgedAt, now.UtcTicks, purgedAt) == purgedAt)
        {
            // By the database's time: a node whose clock is ahead would forget for all of them what may be used once.
            await using var purge = connection.Command($"DELETE FROM single_use WHERE until < {database.BeforeNow(Grace)}");
            await purge.ExecuteNonQueryAsync(cancellationToken);
        }

        return isFirst;
    }

    public async Task<bool> IsUsedAsync(string use, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection.Command("SELECT 1 FROM single_use WHERE use = @use").With("use", use);
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }
}

using PhiGateway.Policy.Registry;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Registry;

/// <summary>Keeps pages in table <c>kept_page</c>, and forgets those that are over, at most once a minute.</summary>
/// <param name="database">The registry's.</param>
/// <param name="time">The clock.</param>
/// <param name="enter">Waits for the turn to write, where there is one.</param>
internal sealed class SqlKeptPages(Database database, TimeProvider time, Func<CancellationToken, ValueTask<IDisposable?>> enter)
    : IKeptPages
{
    private static readonly TimeSpan BetweenPurges = TimeSpan.FromMinutes(1);

    private long _purgedAt;

    public async Task<bool> TryKeepAsync(KeptPage page, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(page);
        using var turn = await enter(cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);
        var now = time.GetUtcNow();
        var purgedAt = Interlocked.Read(ref _purgedAt);
        if (now.UtcTicks - purgedAt > BetweenPurges.Ticks && Interlocked.CompareExchange(ref _purgedAt, now.UtcTicks, purgedAt) == purgedAt)
        {
            // By the database's time, as what is used once: a node whose clock is ahead would forget what others still give.
            await using var purge = connection.Command($"DELETE FROM kept_page WHERE until < {database.NowSql}");
            await purge.ExecuteNonQueryAsync(cancellationToken);
        }

        // Nodes that write at once may go a few beyond; a bound is enough.
        await using var count = connection
            .Command($"SELECT count(*) FROM kept_page WHERE client = @client AND until >= {database.NowSql}")
            .With("client", page.Client);
        var kept = Convert.ToInt64(await count.ExecuteScalarAsync(cancellationToken), System.Globalization.CultureInfo.InvariantCulture);
        if (kept >= most)
        {
            return false;
        }

        await using var command = connection
            .Command("INSERT INTO kept_page (id, client, content, until) VALUES (@id, @client, @content, @until)")
            .With("id", page.Id)
            .With("client", page.Client)
            .With("content", page.Content.ToArray())
            .With("until", database.Time(page.Until));
        await command.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }

    public async Task<byte[]?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection
            .Command($"SELECT content FROM kept_page WHERE id = @id AND until >= {database.NowSql}")
            .With("id", id);
        return await command.ExecuteScalarAsync(cancellationToken) as byte[];
    }
}

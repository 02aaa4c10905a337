using PhiGateway.Audit.Shipping;

namespace PhiGateway.Watch.Feed;

/// <summary>
/// Reads the stored trail of all nodes in order of time, from where it stopped: what detection is fed by. Not thread-safe; used by the one
/// watching loop.
/// </summary>
internal sealed class TrailFeed(IAuditStore store)
{
    private const int Page = 500;

    private readonly SortedDictionary<string, LogCursor> _logs = new(StringComparer.Ordinal);

    /// <summary>Log to the sequence that comes next.</summary>
    public IEnumerable<KeyValuePair<string, long>> Places =>
        _logs.Select(static log => new KeyValuePair<string, long>(log.Key, log.Value.Next));

    /// <summary>Goes on from a place that was kept.</summary>
    public void Restore(string log, long next) => _logs[log] = new LogCursor(log, next);

    /// <summary>Forgets every place: reading begins with the first record.</summary>
    public void Clear() => _logs.Clear();

    /// <summary>Hands on what the store holds, up to a number; returns how many entries that were.</summary>
    /// <remarks>The logs are merged by time, so that nodes of which one is far behind do not set a client's clock back.</remarks>
    public async Task<int> ReadAsync(Action<AuditEntry> take, int most, CancellationToken cancellationToken)
    {
        foreach (var log in await store.ListLogsAsync(cancellationToken))
        {
            if (!_logs.TryGetValue(log, out var known))
            {
                _logs[log] = new LogCursor(log, 0);
            }
            else
            {
                known.Reopen();
            }
        }

        var count = 0;
        while (count < most)
        {
            foreach (var log in _logs.Values)
            {
                await log.FillAsync(store, Page, cancellationToken);
            }

            // Without asking the store, until one of the logs that had more has to be read on.
            var before = count;
            while (count < most && Oldest() is { } oldest)
            {
                take(oldest.Take());
                count++;
                if (oldest.IsDry)
                {
                    break;
                }
            }

            if (count == before)
            {
                break;
            }
        }

        return count;
    }

    private LogCursor? Oldest()
    {
        LogCursor? oldest = null;
        foreach (var log in _logs.Values)
        {
            if (log.Head is { } head && (oldest is null || head.Time < oldest.Head!.Time))
            {
                oldest = log;
            }
        }

        return oldest;
    }
}

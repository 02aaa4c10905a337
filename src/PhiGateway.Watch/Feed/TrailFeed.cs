using PhiGateway.Audit.Shipping;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Feed;

/// <summary>
/// Reads the stored trail of all nodes in order of time, from where it stopped: what detection is fed by. Not thread-safe; used by the one
/// watching loop.
/// </summary>
internal sealed class TrailFeed(IAuditStore store)
{
    private const int Page = 500;

    private readonly SortedDictionary<string, LogCursor> _logs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UnreadLog> _unread = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Exception> _passedBy = new(StringComparer.Ordinal);

    /// <summary>Log to the sequence that comes next.</summary>
    public IEnumerable<KeyValuePair<string, long>> Places =>
        _logs.Select(static log => new KeyValuePair<string, long>(log.Key, log.Value.Next));

    /// <summary>
    /// Of the entry that is handed on: whether all of its log was read before by this feed, so that it is new, whatever time it says.
    /// </summary>
    public bool IsFollowing { get; private set; }

    /// <summary>Goes on from a place that was kept.</summary>
    public void Restore(string log, long next) => _logs[log] = new LogCursor(log, next);

    /// <summary>Places that were passed over, by log: looked at again in each round.</summary>
    public IEnumerable<KeyValuePair<string, PlaceHole>> Holes =>
        _logs.SelectMany(static log => log.Value.Holes, static (log, hole) => new KeyValuePair<string, PlaceHole>(log.Key, hole));

    /// <summary>Takes up a hole that was kept, of a log whose place was.</summary>
    /// <exception cref="KeyNotFoundException">It was not.</exception>
    /// <exception cref="InvalidDataException">It is no hole of it.</exception>
    public void Restore(string log, PlaceHole hole) => _logs[log].Restore(hole);

    /// <summary>Forgets every place: reading begins with the first record.</summary>
    public void Clear() => _logs.Clear();

    /// <summary>Hands on what the store holds, up to a number; returns how many entries that were.</summary>
    /// <remarks>
    /// The logs are merged by time, so that nodes of which one is far behind do not set a client's clock back. Security: one that cannot be read
    /// is passed by, since whoever ships may have put a row there; that nothing can be read is a fault.
    /// </remarks>
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
        _passedBy.Clear();
        while (count < most)
        {
            await FillAsync(cancellationToken);

            // Without asking the store, until one of the logs that had more has to be read on.
            var before = count;
            while (count < most && Oldest() is { } oldest)
            {
                IsFollowing = oldest.IsFollowed;
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

        foreach (var (name, _) in _logs.Where(static log => log.Value.IsHeldUp))
        {
            _ = _passedBy.TryAdd(name, new InvalidDataException("More holes than are remembered."));
        }

        return count;
    }

    /// <summary>What is to be told of logs that the last round passed by.</summary>
    public IReadOnlyList<Finding> FindUnread(DateTimeOffset now)
    {
        foreach (var log in _unread.Keys.Where(log => !_passedBy.ContainsKey(log)).ToList())
        {
            _unread.Remove(log);
        }

        var findings = new List<Finding>();
        foreach (var (log, fault) in _passedBy)
        {
            if (!_unread.TryGetValue(log, out var unread))
            {
                _unread[log] = unread = new UnreadLog(log);
            }

            if (unread.Note(fault.GetType().Name, now) is { } finding)
            {
                findings.Add(finding);
            }
        }

        return findings;
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        var isAnswering = false;
        Exception? fault = null;
        foreach (var (name, log) in _logs)
        {
            try
            {
                isAnswering |= await log.FillAsync(store, Page, cancellationToken);
            }
#pragma warning disable CA1031 // Whatever it is: the other logs tell whether it is this one's alone.
            catch (Exception one) when (one is not OperationCanceledException)
#pragma warning restore CA1031
            {
                log.PassBy();
                _passedBy[name] = one;
                fault ??= one;
            }
        }

        if (fault is not null && !isAnswering)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
        }
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

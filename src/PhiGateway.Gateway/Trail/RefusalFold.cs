using System.Globalization;
using System.Text;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Trail;

/// <summary>
/// Decides which refusals are recorded one by one, counts the others, and records the counts once a second: what a stranger asks must not be
/// paid with the room that everybody's records need. Asked by <see cref="AuditTrail"/> for each refusal that it may fold; thread-safe.
/// </summary>
internal sealed class RefusalFold : IDisposable
{
    /// <summary>Event of the record that holds the counts.</summary>
    public const string Event = "refusals.folded";

    // Bounds the memory: further callers share one bucket and one count.
    private const int MostCallers = 4096;
    private const int MostNamed = 20;
    private const string Others = "others";

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);

    private readonly IAuditJournal _journal;
    private readonly GatewayMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly string _node;
    private readonly long _started;
    private readonly int _perCaller;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, RefusalBucket> _callers = new(StringComparer.Ordinal);
    private readonly RefusalBucket _all;
    private readonly ITimer _timer;
    private Dictionary<(string Reason, string Caller), long> _counts = [];
    private int _writing;

    public RefusalFold(GatewayOptions options, IAuditJournal journal, GatewayMetrics metrics, TimeProvider clock)
    {
        (_journal, _metrics, _clock, _node) = (journal, metrics, clock, options.Node);
        _started = clock.GetTimestamp();
        _perCaller = options.Audit.Strangers.RecordsPerSecondPerPeer;
        _all = new RefusalBucket(options.Audit.Strangers.RecordsPerSecond, options.Audit.Strangers.RecordsPerSecond * 20L);
        _timer = clock.CreateTimer(static fold => _ = ((RefusalFold)fold!).WriteAsync(), this, Round, Round);
    }

    /// <summary>Whether the next refusal of a caller is recorded by itself.</summary>
    /// <param name="caller">As <see cref="PeerNetwork"/> names it.</param>
    public bool Admits(string caller)
    {
        var now = _clock.GetElapsedTime(_started);
        lock (_lock)
        {
            if (!_callers.TryGetValue(caller, out var bucket))
            {
                caller = _callers.Count < MostCallers ? caller : Others;
                if (!_callers.TryGetValue(caller, out bucket))
                {
                    _callers[caller] = bucket = new RefusalBucket(_perCaller, _perCaller * 10L);
                }
            }

            return bucket.TryTake(now) && _all.TryTake(now);
        }
    }

    /// <summary>Counts a refusal that is not recorded by itself.</summary>
    public void Count(DenyReason reason, string caller)
    {
        lock (_lock)
        {
            Add((reason.Code, caller), 1);
        }

        _metrics.CountFolded(reason);
    }

    /// <summary>Records what was counted since the last time; what finds no room is recorded with the next.</summary>
    public async Task WriteAsync()
    {
        if (Interlocked.Exchange(ref _writing, 1) == 1)
        {
            return;
        }

        try
        {
            var counts = Take();
            if (counts.Count > 0 && !await TryRecordAsync(counts))
            {
                lock (_lock)
                {
                    foreach (var (key, n) in counts)
                    {
                        Add(key, n);
                    }
                }
            }
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        var last = Take();
        if (last.Count > 0)
        {
            _ = _journal.TryAppend(Describe(last));
        }
    }

    private Dictionary<(string Reason, string Caller), long> Take()
    {
        lock (_lock)
        {
            // A bucket that is full again is as good as a new one.
            var now = _clock.GetElapsedTime(_started);
            foreach (var (caller, bucket) in _callers)
            {
                if (bucket.IsFull(now))
                {
                    _ = _callers.Remove(caller);
                }
            }

            var counts = _counts;
            if (counts.Count > 0)
            {
                _counts = [];
            }

            return counts;
        }
    }

    private async Task<bool> TryRecordAsync(Dictionary<(string Reason, string Caller), long> counts)
    {
        try
        {
            _ = await _journal.AppendAsync(Describe(counts), AuditLane.Stranger);
            return true;
        }
        catch (JournalUnavailableException)
        {
            return false;
        }
    }

    private void Add((string Reason, string Caller) key, long n)
    {
        if (!_counts.ContainsKey(key) && _counts.Count >= MostCallers)
        {
            key = (key.Reason, Others);
        }

        _counts[key] = _counts.GetValueOrDefault(key) + n;
    }

    private AuditRecord Describe(Dictionary<(string Reason, string Caller), long> counts)
    {
        var now = _clock.GetUtcNow();
        var reasons = Sum(counts, static key => key.Reason);
        var callers = Sum(counts, static key => key.Caller);
        var note = new StringBuilder();
        _ = note.Append(CultureInfo.InvariantCulture, $"{counts.Values.Sum()} refusals were counted and not recorded one by one; kinds: ");
        Name(note, reasons);
        _ = note.Append(CultureInfo.InvariantCulture, $"; {callers.Count} peers: ");
        Name(note, callers);
        return new AuditRecord
        {
            Id = DecisionIds.New(now),
            Kind = AuditKind.Detection,
            Event = Event,
            Time = now,
            Decision = "deny",
            Reason = reasons[0].Name,
            Peer = callers.Count == 1 ? callers[0].Name : null,
            Actor = _node,
            Note = note.ToString(),
        };
    }

    private static List<(string Name, long Count)> Sum(
        Dictionary<(string Reason, string Caller), long> counts,
        Func<(string Reason, string Caller), string> by
    ) =>
        [
            .. counts
                .GroupBy(entry => by(entry.Key), StringComparer.Ordinal)
                .Select(static group => (group.Key, group.Sum(static entry => entry.Value)))
                .OrderByDescending(static group => group.Item2),
        ];

    private static void Name(StringBuilder note, List<(string Name, long Count)> groups)
    {
        for (var i = 0; i < Math.Min(groups.Count, MostNamed); i++)
        {
            _ = note.Append(i == 0 ? string.Empty : ", ").Append(CultureInfo.InvariantCulture, $"{groups[i].Name} {groups[i].Count}");
        }

        if (groups.Count > MostNamed)
        {
            _ = note.Append(CultureInfo.InvariantCulture, $" and {groups.Count - MostNamed} more");
        }
    }
}

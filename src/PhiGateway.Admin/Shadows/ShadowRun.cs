using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Replay;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Shadows;

/// <summary>One shadow while it runs on this node: how far each log was read, both registries, and what was counted. Used by one loop.</summary>
internal sealed class ShadowRun(KnownShadow known, ShadowRegistries registries, AdminOptions options, TimeProvider time)
{
    // A feed that writes rosters each second would have both registries compiled each second.
    private static readonly TimeSpan Renewed = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, LogPlace> _places = new(StringComparer.Ordinal);
    private readonly HashSet<string> _clients = new(StringComparer.Ordinal);
    private ReplayJudge? _judge;
    private long _revision = -1;
    private DateTimeOffset _built;
    private long _upTo;

    /// <summary>What was counted.</summary>
    public ShadowFold Fold { get; } = new(known.Shadow.OneIn, options.Shadows.PerSecond);

    /// <summary>Why nothing can be judged now; null: it can.</summary>
    public string? Problem { get; private set; }

    /// <summary>Up to which moment the stored trail was read; null: not yet. Read by others while it runs.</summary>
    public DateTimeOffset? UpTo
    {
        get => Interlocked.Read(ref _upTo) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
        set => Interlocked.Exchange(ref _upTo, value?.UtcTicks ?? 0);
    }

    /// <summary>What was started; somebody may have ended it since.</summary>
    public Shadow Shadow { get; set; } = known.Shadow;

    /// <summary>The next sequence of a log that it wants.</summary>
    public long NextOf(string log) => PlaceOf(log).Next;

    /// <summary>Compiles both registries anew where the one in force has changed.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var set = await registries.NowAsync(cancellationToken);
        if (set.Revision == _revision || (_revision >= 0 && now - _built < Renewed))
        {
            return;
        }

        var (both, problem) = await registries.BuildAsync(set, Shadow.UseCase, Shadow.Candidate, cancellationToken);
        (_revision, _built, Problem) = (set.Revision, now, problem);
        _judge = both is null ? null : new ReplayJudge(both, options);
        if (both is not null)
        {
            _clients.Clear();
            _clients.UnionWith(both.Clients);
        }
    }

    /// <summary>Takes one stored record, in order of its log.</summary>
    public void Take(AuditEntry entry)
    {
        var place = PlaceOf(entry.Log);
        if (entry.Sequence < place.Next || place.Next == long.MaxValue)
        {
            return;
        }

        place.Next = entry.NextPlace;
        if (
            entry.Client is not { } client
            || !_clients.Contains(client)
            || entry.Time < Shadow.From
            || entry.Time >= Shadow.End
            || !TrailWindow.IsDecision(entry)
        )
        {
            return;
        }

        if (Fold.Admits(entry.Id, place.InSecond(entry.Time)))
        {
            place.Count();
            Judge(entry);
        }
    }

    private void Judge(AuditEntry entry)
    {
        if (_judge is null)
        {
            Fold.Miss("halted");
            return;
        }

        // The verifier tells of what is no record.
        if (entry.Read() is not { } record)
        {
            Fold.Miss("unreadable");
            return;
        }

        var judged = _judge.Judge(record, time.GetUtcNow());
        if (judged.NotJudged is { } why)
        {
            Fold.Miss(why);
            return;
        }

        // Refused for something that no registry says, such as a quota: the candidate would not have been asked.
        if (record.Decision != ReplayJudge.Permitted && judged.Was == ReplayJudge.Permitted)
        {
            Fold.Miss("refused-otherwise");
            return;
        }

        Fold.Take(record, judged);
        ShadowMetrics.Count(judged);
    }

    private LogPlace PlaceOf(string log)
    {
        if (!_places.TryGetValue(log, out var place))
        {
            _places[log] = place = new LogPlace { Next = known.Places.TryGetValue(log, out var at) ? at + 1 : 0 };
        }

        return place;
    }

    private sealed class LogPlace
    {
        private long _second = -1;
        private int _count;

        public long Next { get; set; }

        public int InSecond(DateTimeOffset time)
        {
            var second = time.ToUnixTimeSeconds();
            if (second != _second)
            {
                (_second, _count) = (second, 0);
            }

            return _count;
        }

        public void Count() => _count++;
    }
}

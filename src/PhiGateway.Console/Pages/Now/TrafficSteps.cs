using PhiGateway.Admin.Trail;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Now;

/// <summary>Counts by decision and reason, laid out in steps of the time shown and of the earlier times that say what is usual.</summary>
internal sealed class TrafficSteps
{
    private readonly Dictionary<(string Decision, string? Reason, int Period, int Step), long> _counts = [];
    private readonly Dictionary<(string Decision, int Period, int Step), long> _ofSteps = [];
    private readonly NowRange _range;
    private readonly DateTimeOffset _from;
    private readonly int _steps;

    /// <summary>Lays out counts of the columns decision and reason.</summary>
    /// <param name="items">The counts.</param>
    /// <param name="range">The time shown.</param>
    /// <param name="from">When it begins.</param>
    public TrafficSteps(IReadOnlyList<TrafficCount> items, NowRange range, DateTimeOffset from)
    {
        (_range, _from) = (range, from);
        _steps = (int)(range.Length / range.Step);
        foreach (var item in items)
        {
            // Period 0 is shown, 1 is the one before it, and so on.
            var place = (int)Math.Floor((item.At - from) / range.Step);
            var period = place >= 0 ? 0 : ((-place - 1) / _steps) + 1;
            var key = (item.Values[0] ?? string.Empty, item.Values[1], period, place + (period * _steps));
            _counts[key] = _counts.GetValueOrDefault(key) + item.Count;
            var ofStep = (key.Item1, period, key.Item4);
            _ofSteps[ofStep] = _ofSteps.GetValueOrDefault(ofStep) + item.Count;
        }
    }

    /// <summary>All of a decision in one period.</summary>
    public long Total(string decision, int period) =>
        _ofSteps.Where(pair => pair.Key.Decision == decision && pair.Key.Period == period).Sum(static pair => pair.Value);

    /// <summary>The middle of the earlier periods; null: there are none.</summary>
    public long? Usual(string decision) => Middle(period => Total(decision, period));

    /// <summary>Refusals of the time shown by reason, most first.</summary>
    public IReadOnlyList<NowReason> Reasons() =>
        [
            .. _counts
                .Where(static pair => pair.Key is { Decision: "deny", Period: 0, Reason: not null })
                .GroupBy(static pair => pair.Key.Reason!, StringComparer.Ordinal)
                .Select(group => new NowReason(
                    group.Key,
                    group.Sum(static pair => pair.Value),
                    Middle(period =>
                        _counts
                            .Where(pair => pair.Key.Decision == "deny" && pair.Key.Reason == group.Key && pair.Key.Period == period)
                            .Sum(static pair => pair.Value)
                    )
                ))
                .OrderByDescending(static reason => reason.Count)
                .ThenBy(static reason => reason.Code, StringComparer.Ordinal),
        ];

    /// <summary>One bar for each step of the time shown.</summary>
    /// <param name="decision">Whose.</param>
    /// <param name="reasons">Parts of a bar, of which one more stands for all others; null: it has one part.</param>
    /// <param name="href">Where the records of a step are.</param>
    public IReadOnlyList<BarStep> Bars(string decision, IReadOnlyList<NowReason>? reasons, Func<DateTimeOffset, string> href)
    {
        var bars = new List<BarStep>(_steps);
        for (var step = 0; step < _steps; step++)
        {
            var here = step;
            var total = At(decision, 0, here);
            var parts = reasons?.Select(reason => _counts.GetValueOrDefault((decision, reason.Code, 0, here))).ToList() ?? [];
            var usual = Enumerable.Range(1, _range.Earlier).Select(period => At(decision, period, here)).Order().ToList();
            var at = _from + (_range.Step * here);
            bars.Add(
                new BarStep(
                    at,
                    [.. parts, total - parts.Sum()],
                    usual.Count > 1 ? usual[0] : null,
                    usual.Count > 1 ? usual[^1] : null,
                    href(at)
                )
            );
        }

        return bars;
    }

    private long At(string decision, int period, int step) => _ofSteps.GetValueOrDefault((decision, period, step));

    private long? Middle(Func<int, long> total)
    {
        if (_range.Earlier == 0)
        {
            return null;
        }

        var earlier = Enumerable.Range(1, _range.Earlier).Select(total).Order().ToList();
        return earlier[earlier.Count / 2];
    }
}

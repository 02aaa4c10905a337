using System.Collections.Concurrent;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Detection;

/// <summary>
/// Lets the first finding of an incident through, those that make it worse, and of each further rule the first: a rule's repetitions about a
/// subject are held back for two weeks, and what other rules of its family see of the same thing for a day. What is held back is counted, so
/// that people see what goes on. Used by the detector for every finding.
/// </summary>
/// <remarks>
/// Bounded: what is older than anything that may still be held back by it is forgotten day by day, and of too much the oldest.
/// </remarks>
/// <param name="most">How many findings, and how many incidents, are known at a time; of more the oldest would be told again.</param>
internal sealed class FindingFold(int most = FindingFold.Most) : IRepeatSource
{
    // Each rule about each of some thousands of clients.
    private const int Most = 100_000;

    private const int Eighth = 8;

    private static readonly TimeSpan Quiet = TimeSpan.FromDays(14);

    // Far longer than anything is held back: what a node tells that was cut off for weeks is of a time in which it was told already.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(60);

    private static readonly TimeSpan SweepEvery = TimeSpan.FromDays(1);

    private readonly Dictionary<(string Rule, string Subject), (DateTimeOffset At, FindingSeverity Severity)> _told = [];
    private readonly Dictionary<(string Family, string Subject), OpenIncident> _incidents = [];

    // Asked by the control plane while the watch goes on; never more than what was told.
    private readonly ConcurrentDictionary<(string Rule, string Subject), Repetition> _again = new();
    private DateTimeOffset _swept;

    public IEnumerable<KeyValuePair<(string Rule, string Subject), (DateTimeOffset At, FindingSeverity Severity)>> Told => _told;

    public IEnumerable<OpenIncident> Incidents => _incidents.Values;

    public void Restore(string rule, string subject, DateTimeOffset at, FindingSeverity severity) =>
        _told[(rule, subject)] = (at, severity);

    public void Restore(OpenIncident incident) => _incidents[(incident.Family, incident.Subject)] = incident;

    public void Clear()
    {
        _told.Clear();
        _incidents.Clear();
        _again.Clear();
    }

    /// <inheritdoc />
    public Repetition? Find(string rule, string subject) => _again.GetValueOrDefault((rule, subject));

    /// <summary>The finding as it is to be told; null: it is known already.</summary>
    public Finding? Admit(Finding finding)
    {
        Sweep(finding.At);
        var key = (finding.Rule, finding.Subject);
        var isKnown = _told.TryGetValue(key, out var told) && IsHeldBack(finding, told.At);
        var incident = IncidentOf(finding);
        if (isKnown && finding.Severity <= told.Severity)
        {
            Repeat(incident?.First.Rule ?? finding.Rule, finding);
            return null;
        }

        if (incident is { } open && finding.Severity <= open.Severity)
        {
            return FurtherOf(open, finding);
        }

        _told[key] = (finding.At, finding.Severity);
        _again.TryRemove((incident?.First.Rule ?? finding.Rule, finding.Subject), out _);
        var first = incident?.First ?? new Incident(finding.Rule, finding.At);
        Restore(new OpenIncident(finding.Family, finding.Subject, first, finding.Severity, [.. (incident?.Rules ?? []), finding.Rule]));
        return incident is null ? finding : finding with { Incident = first };
    }

    private static bool IsHeldBack(Finding finding, DateTimeOffset told) =>
        finding.IsOfItsDay ? finding.At.UtcDateTime.Date == told.UtcDateTime.Date : (finding.At - told).Duration() < Quiet;

    // Nothing new to tell, but what the operator wants done hangs on the rule: each is heard once.
    private Finding? FurtherOf(OpenIncident open, Finding finding)
    {
        Repeat(open.First.Rule, finding);
        if (open.Rules.Contains(finding.Rule))
        {
            return null;
        }

        Restore(open with { Rules = [.. open.Rules, finding.Rule] });
        return finding with { Incident = open.First, IsFurther = true };
    }

    private void Repeat(string rule, Finding finding) =>
        _again.AddOrUpdate(
            (rule, finding.Subject),
            static (_, at) => new Repetition(at, 1),
            static (_, known, at) => new Repetition(at > known.Last ? at : known.Last, known.Count + 1),
            finding.At
        );

    // By the time of what comes, not by the latest there was: a clock that was ahead once would let nothing be remembered until then.
    private void Sweep(DateTimeOffset at)
    {
        if ((at - _swept).Duration() < SweepEvery && Math.Max(_told.Count, Math.Max(_incidents.Count, _again.Count)) < most)
        {
            return;
        }

        _swept = at;
        var from = at - DateTimeOffset.MinValue > Kept ? at - Kept : DateTimeOffset.MinValue;
        Sweep(_told, static told => told.At, from);
        Sweep(_incidents, static open => open.First.At, from);
        Sweep(_again, static again => again.Last, from);
    }

    private void Sweep<TKey, TValue>(IDictionary<TKey, TValue> known, Func<TValue, DateTimeOffset> at, DateTimeOffset from)
    {
        var old = known.Where(pair => at(pair.Value) < from).Select(static pair => pair.Key).ToList();
        if (known.Count - old.Count >= most)
        {
            // Some more than must be, or each that comes would look through all of them.
            old = [.. known.OrderBy(pair => at(pair.Value)).Take(known.Count - most + (most / Eighth) + 1).Select(static pair => pair.Key)];
        }

        foreach (var key in old)
        {
            known.Remove(key);
        }
    }

    private OpenIncident? IncidentOf(Finding finding) =>
        finding.Family.Length > 0 && _incidents.TryGetValue((finding.Family, finding.Subject), out var open) && open.IsOpenAt(finding.At)
            ? open
            : null;
}

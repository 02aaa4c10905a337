using System.Collections.Concurrent;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Detection;

/// <summary>
/// Lets the first finding of an incident through, those that make it worse, and of each further rule the first: a rule's repetitions about a
/// subject are held back for two weeks, and what other rules of its family see of the same thing for a day. What is held back is counted, so
/// that people see what goes on. Used by the detector for every finding.
/// </summary>
internal sealed class FindingFold : IRepeatSource
{
    private static readonly TimeSpan Quiet = TimeSpan.FromDays(14);

    private readonly Dictionary<(string Rule, string Subject), (DateTimeOffset At, FindingSeverity Severity)> _told = [];
    private readonly Dictionary<(string Family, string Subject), OpenIncident> _incidents = [];

    // Asked by the control plane while the watch goes on; never more than what was told.
    private readonly ConcurrentDictionary<(string Rule, string Subject), Repetition> _again = new();

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

    private OpenIncident? IncidentOf(Finding finding) =>
        finding.Family.Length > 0 && _incidents.TryGetValue((finding.Family, finding.Subject), out var open) && open.IsOpenAt(finding.At)
            ? open
            : null;
}

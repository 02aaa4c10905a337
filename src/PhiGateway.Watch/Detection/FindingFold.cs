using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Detection;

/// <summary>
/// Lets the first finding of an incident through, those that make it worse, and of each further rule the first: a rule's repetitions about a
/// subject are held back for two weeks, and what other rules of its family see of the same thing for a day. Used by the detector for every
/// finding.
/// </summary>
internal sealed class FindingFold
{
    private static readonly TimeSpan Quiet = TimeSpan.FromDays(14);

    private readonly Dictionary<(string Rule, string Subject), (DateTimeOffset At, FindingSeverity Severity)> _told = [];
    private readonly Dictionary<(string Family, string Subject), OpenIncident> _incidents = [];

    public IEnumerable<KeyValuePair<(string Rule, string Subject), (DateTimeOffset At, FindingSeverity Severity)>> Told => _told;

    public IEnumerable<OpenIncident> Incidents => _incidents.Values;

    public void Restore(string rule, string subject, DateTimeOffset at, FindingSeverity severity) =>
        _told[(rule, subject)] = (at, severity);

    public void Restore(OpenIncident incident) => _incidents[(incident.Family, incident.Subject)] = incident;

    public void Clear()
    {
        _told.Clear();
        _incidents.Clear();
    }

    /// <summary>The finding as it is to be told; null: it is known already.</summary>
    public Finding? Admit(Finding finding)
    {
        var key = (finding.Rule, finding.Subject);
        var isKnown = _told.TryGetValue(key, out var told) && finding.At - told.At < Quiet;
        if (isKnown && finding.Severity <= told.Severity)
        {
            return null;
        }

        var incident = IncidentOf(finding);
        if (incident is { } open && finding.Severity <= open.Severity)
        {
            return FurtherOf(open, finding);
        }

        _told[key] = (finding.At, finding.Severity);
        var first = incident?.First ?? new Incident(finding.Rule, finding.At);
        Restore(new OpenIncident(finding.Family, finding.Subject, first, finding.Severity, [.. (incident?.Rules ?? []), finding.Rule]));
        return incident is null ? finding : finding with { Incident = first };
    }

    // Nothing new to tell, but what the operator wants done hangs on the rule: each is heard once.
    private Finding? FurtherOf(OpenIncident open, Finding finding)
    {
        if (open.Rules.Contains(finding.Rule))
        {
            return null;
        }

        Restore(open with { Rules = [.. open.Rules, finding.Rule] });
        return finding with { Incident = open.First, IsFurther = true };
    }

    private OpenIncident? IncidentOf(Finding finding) =>
        finding.Family.Length > 0 && _incidents.TryGetValue((finding.Family, finding.Subject), out var open) && open.IsOpenAt(finding.At)
            ? open
            : null;
}

using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Detection;

/// <summary>
/// Lets the first finding of an incident through, and those that make it worse: a rule's repetitions about a subject are held back for two
/// weeks, and what other rules of its family see of the same thing for a day. Used by the detector for every finding.
/// </summary>
internal sealed class FindingFold
{
    private static readonly TimeSpan Quiet = TimeSpan.FromDays(14);
    private static readonly TimeSpan SameThing = TimeSpan.FromDays(1);

    private readonly Dictionary<(string Rule, string Subject), (DateTimeOffset At, FindingSeverity Severity)> _told = [];
    private readonly Dictionary<(string Family, string Subject), (Incident First, FindingSeverity Severity)> _incidents = [];

    public IEnumerable<KeyValuePair<(string Rule, string Subject), (DateTimeOffset At, FindingSeverity Severity)>> Told => _told;

    public void Restore(string rule, string subject, DateTimeOffset at, FindingSeverity severity) =>
        _told[(rule, subject)] = (at, severity);

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
            return null;
        }

        _told[key] = (finding.At, finding.Severity);
        var first = incident?.First ?? new Incident(finding.Rule, finding.At);
        _incidents[(finding.Family, finding.Subject)] = (first, finding.Severity);
        return incident is null ? finding : finding with { Incident = first };
    }

    private (Incident First, FindingSeverity Severity)? IncidentOf(Finding finding) =>
        finding.Family.Length > 0
        && _incidents.TryGetValue((finding.Family, finding.Subject), out var open)
        && finding.At - open.First.At < SameThing
            ? open
            : null;
}

using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Alerts;

/// <summary>Narrows a list of alerts; what is null does not narrow it. Taken by <see cref="AlertInbox"/>.</summary>
/// <param name="Kind">Only of this kind.</param>
/// <param name="Subject">Only about this, as <c>client/id</c>.</param>
/// <param name="Severity">Only of this severity.</param>
/// <param name="Person">Only those that this person deals with.</param>
public sealed record AlertFilter(string? Kind = null, string? Subject = null, AlertSeverity? Severity = null, string? Person = null)
{
    /// <summary>Whether an alert is among those asked for.</summary>
    public bool Covers(Alert alert) =>
        (Kind is null || alert.Kind == Kind)
        && (Subject is null || alert.Subject == Subject)
        && (Severity is null || alert.Severity == Severity)
        && (Person is null || (alert.AssignedTo is { } who && PersonName.AreSame(who, Person)));
}

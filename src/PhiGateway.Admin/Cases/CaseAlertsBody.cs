namespace PhiGateway.Admin.Cases;

/// <summary>Body that puts alerts into a case or takes them out of it.</summary>
/// <param name="Alerts">Ids of alerts; required.</param>
public sealed record CaseAlertsBody(IReadOnlyList<string>? Alerts = null);

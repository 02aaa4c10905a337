namespace PhiGateway.Admin.Cases;

/// <summary>Body that opens a case.</summary>
/// <param name="Alerts">Ids of its alerts, at least one; required.</param>
/// <param name="Title">What it is called; default: kind and subject of its newest alert.</param>
public sealed record OpenCaseBody(IReadOnlyList<string>? Alerts = null, string? Title = null);

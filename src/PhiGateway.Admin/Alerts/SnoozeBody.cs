namespace PhiGateway.Admin.Alerts;

/// <summary>Body of a snooze of an alert.</summary>
/// <param name="Until">When it is due again; required, within 30 days.</param>
/// <param name="Reason">Why it may wait, in words without patient data; required.</param>
public sealed record SnoozeBody(DateTimeOffset? Until = null, string? Reason = null);

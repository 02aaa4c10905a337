namespace PhiGateway.Admin.Alerts;

/// <summary>Body of an assignment of an alert.</summary>
/// <param name="Person">Who is to deal with it; required.</param>
/// <param name="Reason">Why, in words without patient data.</param>
public sealed record AssignBody(string? Person = null, string? Reason = null);

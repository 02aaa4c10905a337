namespace PhiGateway.Admin.Alerts;

/// <summary>Body of a review of an emergency use.</summary>
/// <param name="Decision">justified or unjustified; required.</param>
/// <param name="Reason">Why, in words without patient data; required.</param>
public sealed record ReviewBody(EmergencyDecision? Decision = null, string? Reason = null);

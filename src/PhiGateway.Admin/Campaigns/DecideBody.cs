using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Campaigns;

/// <summary>Body of a decision on a client that is reviewed.</summary>
/// <param name="Decision">keep, narrow or remove; required.</param>
/// <param name="Reason">Why, in words without patient data; required.</param>
public sealed record DecideBody(ReviewDecision? Decision = null, string? Reason = null);

using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Campaigns;

/// <summary>Body of one decision on several clients that are reviewed.</summary>
/// <param name="Clients">Client ids; required. Clients of high risk are kept one by one.</param>
/// <param name="Decision">keep, narrow or remove; required.</param>
/// <param name="Reason">Why, in words without patient data; required.</param>
public sealed record DecideManyBody(IReadOnlyList<string>? Clients = null, ReviewDecision? Decision = null, string? Reason = null);

using PhiGateway.Policy.Registry;

namespace PhiGateway.Identity.Assertions;

/// <summary>The keys with which a client may sign its assertions, as the registry has them.</summary>
/// <param name="Values">Keys that are there.</param>
/// <param name="Addresses">Where the client publishes others; https.</param>
public sealed record RegisteredKeys(IReadOnlyList<PublicJwk> Values, IReadOnlyList<string> Addresses);

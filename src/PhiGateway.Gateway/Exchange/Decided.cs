using PhiGateway.Policy.Decisions;

namespace PhiGateway.Gateway.Exchange;

/// <summary>What Decide found, as far as that can be said before the upstream was asked.</summary>
/// <param name="Result">Continues; a refusal only for an entry of a batch, which is answered by itself.</param>
/// <param name="Permit">Null while facts of the upstream are missing.</param>
/// <param name="Entries">The entries of a bundle, each with a decision of its own; empty otherwise.</param>
internal readonly record struct Decided(StageResult Result, Permit? Permit, IReadOnlyList<GatewayExchange> Entries);

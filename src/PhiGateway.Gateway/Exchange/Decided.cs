using PhiGateway.Policy.Decisions;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// What the Decide stage adds to the exchange: the permit, or that facts of the upstream are still missing, and the decided entries of a
/// bundle.
/// </summary>
/// <param name="Result">Continues; a refusal only for an entry of a batch, which is answered by itself.</param>
/// <param name="Permit">Null while facts of the upstream are missing.</param>
/// <param name="Entries">The entries of a bundle, each with a decision of its own; empty otherwise.</param>
internal readonly record struct Decided(StageResult Result, Permit? Permit, IReadOnlyList<GatewayExchange> Entries);

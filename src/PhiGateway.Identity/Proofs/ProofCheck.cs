using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Identity.Proofs;

/// <summary>What checking a proof of possession came to.</summary>
/// <param name="Refusal">Why it is none; null: it is one.</param>
/// <param name="Detail">Which check failed, for the record.</param>
/// <param name="Nonce">A nonce for the client's next proof; null: it needs none.</param>
internal readonly record struct ProofCheck(DenyReason? Refusal, string? Detail = null, string? Nonce = null);

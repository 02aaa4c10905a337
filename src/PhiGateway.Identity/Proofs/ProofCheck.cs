using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Identity.Proofs;

/// <summary>
/// What checking a proof of possession came to, and beside it what the client's next proof needs; made by <see cref="DpopChecker"/>, taken
/// apart by <c>DpopBinding</c>. The default value is a refusal.
/// </summary>
/// <param name="Key">The key that was proven, or why none was; its detail says which check failed, for the record.</param>
/// <param name="Nonce">A nonce for the client's next proof; null: it needs none.</param>
internal readonly record struct ProofCheck(Reading<BoundKey> Key, string? Nonce)
{
    public static ProofCheck Of(BoundKey key, string? nonce = null) => new(Reading<BoundKey>.Of(key), nonce);

    public static ProofCheck Refused(DenyReason reason, string? detail = null, string? nonce = null) =>
        new(Reading<BoundKey>.Refused(reason, detail), nonce);
}

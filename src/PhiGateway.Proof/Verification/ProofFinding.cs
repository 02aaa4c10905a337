namespace PhiGateway.Proof.Verification;

/// <summary>One thing that is not as the log proves it: printed by <c>phigw audit verify</c>, told by the node's own verifier.</summary>
/// <param name="Code">Which kind; see <see cref="FindingCode"/>.</param>
/// <param name="Log">Name of the log.</param>
/// <param name="Sequence">The first record that it is about; null: the log as a whole.</param>
/// <param name="Words">In words without PHI.</param>
public sealed record ProofFinding(string Code, string Log, long? Sequence, string Words);

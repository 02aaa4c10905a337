namespace PhiGateway.Audit.Verification;

/// <summary>The result of verifying a hash chain: how many records are right, and the first that is not.</summary>
/// <param name="Checked">Records whose place and hash are right.</param>
/// <param name="FirstBad">Sequence of the first record that is wrong or missing; null when all is well.</param>
/// <param name="Why">What is wrong with it; null when all is well.</param>
/// <param name="Anchored">The chain was followed from a known hash; else the first record was taken as it stands.</param>
/// <param name="Head">Chain hash of the last good record; empty when there is none.</param>
public sealed record ChainVerdict(long Checked, long? FirstBad, string? Why, bool Anchored, ReadOnlyMemory<byte> Head)
{
    /// <summary>Whether no record is wrong or missing.</summary>
    public bool Intact => FirstBad is null;
}

namespace PhiGateway.Proof.Verification;

/// <summary>What the background verifier has found since the start.</summary>
/// <param name="Verified">Records verified, again and again.</param>
/// <param name="LastRound">When the last slice was verified, UTC; null: none was yet.</param>
/// <param name="Findings">What is not as it should be.</param>
/// <param name="Problem">Why the last slice could not be verified; null: it was.</param>
public sealed record LogWatchStatus(long Verified, DateTimeOffset? LastRound, IReadOnlyList<ProofFinding> Findings, string? Problem)
{
    /// <summary>When it last came to the end of the log, UTC; null: not since the start.</summary>
    public DateTimeOffset? LastWhole { get; init; }

    /// <summary>Since when the store, which went back, is compared anew from its first record on, UTC; null: it is not.</summary>
    public DateTimeOffset? AnewSince { get; init; }

    /// <summary>How far the round has come.</summary>
    public long Compared { get; init; }
}

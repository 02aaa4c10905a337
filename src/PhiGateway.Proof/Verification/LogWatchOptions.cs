namespace PhiGateway.Proof.Verification;

/// <summary>How often the background verifier runs, and how many records it takes at a time.</summary>
public sealed record LogWatchOptions
{
    /// <summary>Pause between two slices; default 30 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Records of one slice; default 2,000, which is some 20 ms of one processor.</summary>
    public int Records { get; init; } = 2_000;
}

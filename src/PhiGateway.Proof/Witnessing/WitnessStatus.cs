namespace PhiGateway.Proof.Witnessing;

/// <summary>How one witness stands to this node's log.</summary>
/// <param name="Name">Which witness.</param>
/// <param name="Size">What it cosigned last; -1: nothing since the start.</param>
/// <param name="At">When, by this node's clock, UTC; null: not since the start.</param>
/// <param name="Problem">Why it did not just now, in words; null: it did.</param>
public sealed record WitnessStatus(string Name, long Size, DateTimeOffset? At, string? Problem);

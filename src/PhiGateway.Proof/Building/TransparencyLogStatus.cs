namespace PhiGateway.Proof.Building;

/// <summary>How a node's transparency log is, for readiness and metrics.</summary>
/// <param name="Size">Records under the newest checkpoint.</param>
/// <param name="Records">Durable records of the journal.</param>
/// <param name="Fault">Why it goes no further, in words; null while it does.</param>
/// <param name="Problem">What is tried again, in words; null: nothing.</param>
/// <param name="ExportedSize">Records under the newest head that left the node since the start; -1: none did.</param>
public sealed record TransparencyLogStatus(long Size, long Records, string? Fault, string? Problem, long ExportedSize)
{
    /// <summary>Durable records that no checkpoint covers yet.</summary>
    public long Lag => Math.Max(0, Records - Size);
}

using PhiGateway.Proof.Building;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Keys;
using PhiGateway.Proof.Tiles;

namespace PhiGateway.Proof.Verification;

/// <summary>A log whose keys and checkpoint hold: what records and heads are compared with.</summary>
/// <param name="Name">Name of the log.</param>
/// <param name="Files">Its published files.</param>
/// <param name="Checkpoint">The checkpoint.</param>
/// <param name="Keys">The chain of its keys.</param>
public sealed record VerifiedLog(string Name, LogFiles Files, Checkpoint Checkpoint, KeyHistory Keys)
{
    /// <summary>The tree at the checkpoint.</summary>
    public TileTree Tree() => new(Files.Tiles, Checkpoint.Size);
}

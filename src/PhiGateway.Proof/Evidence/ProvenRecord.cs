using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Entries;
using PhiGateway.Proof.Tiles;

namespace PhiGateway.Proof.Evidence;

/// <summary>A record with all that shows it to be under a checkpoint.</summary>
/// <param name="Sequence">Place in the log.</param>
/// <param name="Body">Byte for byte.</param>
/// <param name="Salt">Of this record alone.</param>
/// <param name="Entry">The 104 bytes that the tree has of it.</param>
/// <param name="Path">From the entry to the root.</param>
public sealed record ProvenRecord(long Sequence, byte[] Body, byte[] Salt, byte[] Entry, IReadOnlyList<TreeHash> Path)
{
    /// <summary>Its link in the journal's chain, which the checkpoint does not cover; null: it is not known.</summary>
    public byte[]? ChainHash { get; init; }

    /// <summary>Whether it is what a checkpoint has in its place.</summary>
    public bool IsUnder(Checkpoint checkpoint) =>
        LogEntry.TryRead(Entry, out var entry)
        && entry.Sequence == Sequence
        && entry.Body == EntryFactory.CommitBody(Body, Salt)
        && TreeMath.Includes(Sequence, checkpoint.Size, entry.Leaf(), Path, checkpoint.Root);
}

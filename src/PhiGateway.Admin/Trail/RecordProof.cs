namespace PhiGateway.Admin.Trail;

/// <summary>What holding one record of the store against the transparency log said; made by <see cref="TrailProofs"/> for the console.</summary>
/// <param name="Stand">The answer.</param>
/// <param name="Proof">C2SP tlog-proof with the checkpoint in it, of destroyed content for its place; null: it is not proven.</param>
/// <param name="Why">Why not, in words; null: it is.</param>
public sealed record RecordProof(RecordStand Stand, string? Proof, string? Why);

/// <summary>How a record of the store stands to the log.</summary>
public enum RecordStand
{
    /// <summary>The log of this record is not kept here.</summary>
    NotHere,

    /// <summary>No checkpoint covers its place yet.</summary>
    NotYet,

    /// <summary>It is, byte for byte, what the log has in its place, and leads to the root that a checkpoint signs.</summary>
    Proven,

    /// <summary>The log has something else in its place, or its files are damaged.</summary>
    Contradicts,

    /// <summary>Its content was destroyed: nothing of it can be held against the log, which has an entry in its place.</summary>
    Destroyed,
}

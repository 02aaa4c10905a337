namespace PhiGateway.Storage.Schema;

/// <summary>
/// Table <c>audit_head</c>: what the nodes' transparency logs have signed, out of the nodes' own reach: their login may only insert.
/// </summary>
internal sealed class AuditHeadRow
{
    public required string Log { get; set; }

    /// <summary>Size of the tree that the note speaks of.</summary>
    public long Size { get; set; }

    /// <summary>1 checkpoint, 2 statement of keys.</summary>
    public short Kind { get; set; }

    /// <summary>SHA-256 of the note: two notes of one size stand side by side, for the second is the evidence.</summary>
    public required byte[] Digest { get; set; }

    public required string Note { get; set; }

    public DateTimeOffset Time { get; set; }
}

namespace PhiGateway.Storage.Schema;

/// <summary>
/// Table <c>node_status</c>: what each gateway node last said; beside <c>task_use</c> the only table that a gateway may write.
/// </summary>
internal sealed class NodeStatusRow
{
    public required string Node { get; set; }

    public long Revision { get; set; }

    public DateTimeOffset At { get; set; }

    public string? Problem { get; set; }

    /// <summary>When the node last knew its registry to be the newest; null: not known.</summary>
    public DateTimeOffset? Confirmed { get; set; }

    /// <summary>Records of its journal that the store did not have yet; null: not known.</summary>
    public long? Unshipped { get; set; }

    /// <summary>The registry's mark on all of it; null: written while there was no key.</summary>
    public byte[]? Seal { get; set; }
}

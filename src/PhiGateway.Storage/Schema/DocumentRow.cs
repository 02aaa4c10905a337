namespace PhiGateway.Storage.Schema;

/// <summary>Table <c>documents</c>: the latest version of each registry document, tombstones included.</summary>
internal sealed class DocumentRow
{
    public short Kind { get; set; }

    public required string Id { get; set; }

    public long Version { get; set; }

    public long Revision { get; set; }

    public required string Json { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public required string UpdatedBy { get; set; }

    public bool Deleted { get; set; }

    /// <summary>The control plane's mark; null: written while there was no key.</summary>
    public byte[]? Seal { get; set; }
}

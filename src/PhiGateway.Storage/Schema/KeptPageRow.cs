namespace PhiGateway.Storage.Schema;

/// <summary>
/// Table <c>kept_page</c>: sealed content of addresses that are too long to be given to a client, for as long as they are good; written and
/// read by gateway nodes.
/// </summary>
internal sealed class KeptPageRow
{
    /// <summary>A digest of the address.</summary>
    public required string Id { get; set; }

    /// <summary>The client that it counts for.</summary>
    public required string Client { get; set; }

    /// <summary>Sealed by the nodes' handle key.</summary>
    public required byte[] Content { get; set; }

    /// <summary>From when on it may be forgotten.</summary>
    public DateTimeOffset Until { get; set; }
}

namespace PhiGateway.Audit.Shipping;

/// <summary>What the shipper is doing and how far it is behind, for readiness and alerts.</summary>
/// <param name="State">What it is doing.</param>
/// <param name="UnshippedRecords">Durable records the store does not have yet.</param>
/// <param name="UnshippedBytes">About how many bytes that is.</param>
/// <param name="LastError">The last failure in words without PHI; null after a success.</param>
/// <param name="LastSuccess">When the store last took a batch, UTC; null: not since the start.</param>
public sealed record ShipperStatus(
    ShipperState State,
    long UnshippedRecords,
    long UnshippedBytes,
    string? LastError,
    DateTimeOffset? LastSuccess
)
{
    /// <summary>
    /// The store has denied a right since this process started, and has not taken a batch from it: the node was set up wrongly.
    /// </summary>
    public bool IsDenied { get; init; }
}

/// <summary>What a shipper is doing.</summary>
public enum ShipperState : byte
{
    /// <summary>Not running, or asking the store where to go on.</summary>
    Starting = 0,

    /// <summary>The store takes records, or has them all.</summary>
    Shipping,

    /// <summary>The store does not take records; it is tried again.</summary>
    Retrying,

    /// <summary>Store and journal hold different records in the same place: stopped for good, someone must look.</summary>
    Forked,

    /// <summary>A record in the journal cannot be read: stopped for good.</summary>
    Damaged,
}

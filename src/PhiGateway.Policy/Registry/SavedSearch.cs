namespace PhiGateway.Policy.Registry;

/// <summary>A search of the trail that somebody keeps for others to open again; its filters hold no patient.</summary>
public sealed record SavedSearch : IRegistryEntity
{
    public required string Id { get; init; }

    public required string Title { get; init; }

    /// <summary>The filters as they stand in an address, such as <c>decision=deny&amp;client=acme</c>.</summary>
    public required string Query { get; init; }

    /// <summary>Who keeps it; set by the control plane.</summary>
    public required string By { get; init; }
}

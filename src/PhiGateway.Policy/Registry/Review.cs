namespace PhiGateway.Policy.Registry;

/// <summary>Records a periodic access review of one client: what was granted and what was used, the decision and its evidence.</summary>
public sealed record Review : IRegistryEntity
{
    public required string Id { get; init; }

    public required string Client { get; init; }

    public required DateOnly On { get; init; }

    public required string By { get; init; }

    public ReviewDecision Decision { get; init; } = ReviewDecision.Keep;

    public string? Evidence { get; init; }
}

/// <summary>What a review decided.</summary>
public enum ReviewDecision : byte
{
    Keep,
    Narrow,
    Remove,
}

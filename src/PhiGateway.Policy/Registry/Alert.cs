namespace PhiGateway.Policy.Registry;

/// <summary>A detection or a warning, its evidence and its state.</summary>
public sealed record Alert : IRegistryEntity
{
    public required string Id { get; init; }

    /// <summary>What was seen, such as <c>door-closing</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The entity it is about, as <c>client/id</c>.</summary>
    public required string Subject { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Words without PHI.</summary>
    public required string Evidence { get; init; }

    /// <summary>Who is told.</summary>
    public string? Notify { get; init; }

    public AlertState State { get; init; } = AlertState.Open;
}

/// <summary>State of an alert.</summary>
public enum AlertState : byte
{
    Open,
    Acknowledged,
    Closed,
}

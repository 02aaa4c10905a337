namespace PhiGateway.Policy.Registry;

/// <summary>A patient set: cohort, care team, panel, or the orders of a lab.</summary>
public sealed record Roster : IRegistryEntity
{
    public required string Id { get; init; }

    public string? Title { get; init; }

    public RosterKind Kind { get; init; } = RosterKind.CareRelationship;

    /// <summary>Where its memberships come from.</summary>
    public string? Source { get; init; }
}

/// <summary>Why patients are on a roster.</summary>
public enum RosterKind : byte
{
    CareRelationship,
    Cohort,
    CareTeam,
    Panel,
}

namespace PhiGateway.Policy.Registry;

/// <summary>Whose data a grant covers; exactly one of its members is set.</summary>
public sealed record PatientScope
{
    /// <summary>Security: every patient of the tenant.</summary>
    public bool Any { get; init; }

    /// <summary>Members of this roster, on the days of their membership.</summary>
    public string? Roster { get; init; }

    /// <summary>Only the patient of the token's launch context.</summary>
    public bool Context { get; init; }

    /// <summary>Only what a live task grant names.</summary>
    public bool Task { get; init; }

    /// <summary>Types that are nobody's record (Organization, Location, Medication); patient data never matches.</summary>
    public bool None { get; init; }
}

using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// One row of what a permit lets out (or in): resources of a type under these grants, as far as the scopes have these letters.
/// </summary>
/// <param name="Type">The type; none means every type the grants name.</param>
/// <param name="Grants">The grants.</param>
/// <param name="Needed">Letters that the scopes must add up to.</param>
internal readonly record struct ReleaseLane(ResourceType Type, GrantSet Grants, ScopeRights Needed)
{
    /// <summary>
    /// For the values that an operation answers with: the type it was called on, which grants and scopes must name in their place. None: the
    /// resource's own.
    /// </summary>
    internal ResourceType CalledOn { get; init; }

    /// <summary>Such values leave only where they name patients, and under these.</summary>
    internal bool OfNamed { get; init; }

    /// <summary>It lets out only what stands in a stored Bundle that leaves whole, and nothing that is found by itself.</summary>
    internal bool OfHeld { get; init; }
}

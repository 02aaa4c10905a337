using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>A task that is open, as the token service reads it to cut a token's scope and life.</summary>
/// <param name="Id">Its id, which the token names.</param>
/// <param name="Until">When it ends.</param>
public sealed record OpenTask(string Id, DateTimeOffset Until)
{
    /// <summary>Its interactions; empty: those of the grants.</summary>
    public InteractionSet Interactions { get; init; }

    /// <summary>Its types; empty: those of the grants.</summary>
    public ResourceTypeSet Types { get; init; }
}

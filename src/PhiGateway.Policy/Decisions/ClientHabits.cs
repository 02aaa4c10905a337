using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>What a node has seen of a client under a sign-in as its use case asks for; part of a decision's input.</summary>
/// <param name="KnowsNetwork">Whether it has come from this network before.</param>
/// <param name="Types">Types of resources that it has asked for before.</param>
public sealed record ClientHabits(bool KnowsNetwork, ResourceTypeSet Types)
{
    /// <summary>Nothing is new, for questions that are not about a call of now.</summary>
    public static ClientHabits Known { get; } = new(true, ResourceTypeSet.All);
}

using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Snapshot;

/// <summary>What a use case asks of the sign-in behind a token, as decisions read it; immutable.</summary>
/// <param name="Within">Most ticks since the sign-in.</param>
/// <param name="Acr">Classes of which one must be named; empty: any.</param>
/// <param name="Types">Types that it is asked for; empty: all.</param>
/// <param name="OnNewNetwork">Asked for when the client comes from a network for the first time.</param>
/// <param name="OnNewType">Asked for when the client asks for a type for the first time.</param>
internal sealed record StepUpEntry(long Within, string[] Acr, ResourceTypeSet Types, bool OnNewNetwork, bool OnNewType)
{
    /// <summary>Whether it is asked for whatever the client does.</summary>
    internal bool IsAlways => !OnNewNetwork && !OnNewType;

    /// <summary>Whether it is asked for a type.</summary>
    internal bool IsFor(ResourceType type) => Types.IsEmpty || Types.Contains(type);
}

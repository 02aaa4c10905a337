using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Snapshot;

/// <summary>What a use case asks of the sign-in behind a token, as decisions read it; immutable.</summary>
/// <param name="Within">Most ticks since the sign-in.</param>
/// <param name="Acr">Classes of which one must be named; empty: any.</param>
/// <param name="Types">Types that it is asked for; empty: all.</param>
internal sealed record StepUpEntry(long Within, string[] Acr, ResourceTypeSet Types)
{
    /// <summary>Whether it is asked for a type.</summary>
    internal bool IsFor(ResourceType type) => Types.IsEmpty || Types.Contains(type);

    /// <summary>Whether a caller's sign-in is as it must be at a moment.</summary>
    internal bool IsMet(Caller caller, long ticks)
    {
        if (!caller.IsSignInKnown)
        {
            return true;
        }

        var at = caller.AuthenticatedAt ?? caller.IssuedAt;
        return ticks - at.UtcTicks <= Within && (Acr.Length == 0 || (caller.Acr is { } acr && Array.IndexOf(Acr, acr) >= 0));
    }
}

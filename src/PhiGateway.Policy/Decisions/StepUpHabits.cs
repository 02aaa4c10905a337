using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Says of whom a node must remember what they do, since their use case asks for a fresh sign-in when they do something first (RFC 9470), and
/// what may be remembered of a call; asked by whoever keeps it.
/// </summary>
public static class StepUpHabits
{
    /// <summary>Whether habits of a client mean anything.</summary>
    public static bool AreKept(ClientEntry? client) => client?.Compiled?.StepUp is { IsAlways: false };

    /// <summary>
    /// The types of a permitted call that are known of its client from here on; null: its sign-in is not as asked, and it teaches nothing.
    /// </summary>
    /// <remarks>Security: of the many types of a wildcard only those that a grant names: one that is granted later is new then.</remarks>
    /// <param name="client">Whose habits are kept.</param>
    /// <param name="caller">What its token says.</param>
    /// <param name="parts">What was asked for, and permitted.</param>
    /// <param name="now">The moment of the decision.</param>
    public static ResourceTypeSet? Learn(ClientEntry client, Caller caller, IReadOnlyList<AccessPart> parts, DateTimeOffset now)
    {
        if (client.Compiled is not { StepUp: { } asked } useCase || !AccessReach.IsSignedInAs(asked, caller, now.UtcTicks))
        {
            return null;
        }

        var granted = default(ResourceTypeSet);
        foreach (var grant in useCase.Grants)
        {
            granted = granted.Union(grant.Types);
        }

        var types = default(ResourceTypeSet);
        for (var place = 0; place < parts.Count; place++)
        {
            if (!parts[place].Type.IsNone && granted.Contains(parts[place].Type))
            {
                types = types.With(parts[place].Type);
            }
        }

        return types;
    }
}

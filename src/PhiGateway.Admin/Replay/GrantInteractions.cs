using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Replay;

/// <summary>Between an interaction and the word by which grants name it; for usage and replays.</summary>
internal static class GrantInteractions
{
    /// <summary>The word, such as <c>search</c>; null where grants have none: operations stand by their own name.</summary>
    public static string? Of(Interaction interaction) =>
        InteractionWords.All.FirstOrDefault(word =>
            InteractionWords.TryParse(word, out var interactions) && interactions.Contains(interaction)
        );

    /// <summary>Whether a grant names a type and an interaction.</summary>
    public static bool Covers(Grant grant, ResourceType type, Interaction interaction) =>
        Of(interaction) is { } word
        && grant.Types.Contains(type.Name, StringComparer.Ordinal)
        && grant.Interactions.Contains(word, StringComparer.Ordinal);
}

using PhiGateway.Fhir.Grammar;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Changes;

/// <summary>
/// Names the search parameters whose values a patch may change that the upstream applies: what a record satisfies by them now, it need not
/// satisfy afterwards.
/// </summary>
internal static class UnsettledParameters
{
    /// <summary>The parameters of a type that look at any of these elements, and those of which nobody knows what they look at.</summary>
    /// <param name="type">The type.</param>
    /// <param name="touched">Top-level elements, in any letter case.</param>
    internal static IReadOnlyList<string> Of(ResourceType type, IReadOnlyList<string> touched)
    {
        var roots = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var element in touched)
        {
            roots.Add(element);
            if (ChoiceTypes.BaseOf(element) is { } choice)
            {
                roots.Add(choice);
            }
        }

        var names = new List<string>();
        foreach (var (name, definition) in SearchGrammar.Of(type))
        {
            if (definition.Elements.Count == 0 || definition.Elements.Any(element => IsAmong(roots, element)))
            {
                names.Add(name);
            }
        }

        return names;
    }

    private static bool IsAmong(HashSet<string> roots, string element) =>
        roots.Contains(element) || (ChoiceTypes.BaseOf(element) is { } choice && roots.Contains(choice));
}

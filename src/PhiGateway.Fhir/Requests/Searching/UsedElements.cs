using PhiGateway.Fhir.Grammar;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Searching;

/// <summary>
/// Computes the elements of one type that a request filters or sorts by, for the part of the request that searches this type.
/// </summary>
internal static class UsedElements
{
    // No element has this name, so no set of elements holds it: what a parameter looks at is not known.
    private static readonly string[] Unknown = ["?"];

    /// <summary>Elements that one parameter looks at; none for an owner's.</summary>
    internal static IReadOnlyList<string> Of(SearchParameterDefinition definition)
    {
        if (definition.IsOwner)
        {
            return [];
        }

        return definition.Elements.Count > 0 ? definition.Elements : Unknown;
    }

    /// <summary>
    /// Elements of the type, possibly repeated; whose record it is stands in the open, so owner parameters betray nothing.
    /// </summary>
    internal static IReadOnlyList<string> Of(IReadOnlyList<UsedParameter> used, ResourceType type)
    {
        IReadOnlyList<string> first = [];
        List<string>? all = null;
        for (var i = 0; i < used.Count; i++)
        {
            var parameter = used[i];
            if (parameter.Type != type || parameter.Definition.IsOwner)
            {
                continue;
            }

            var elements = Of(parameter.Definition);
            if (first.Count == 0)
            {
                first = elements;
                continue;
            }

            (all ??= [.. first]).AddRange(elements);
        }

        return all ?? first;
    }
}

using PhiGateway.Fhir.Grammar;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Searching;

/// <summary>
/// Computes the elements of one type that a request filters or sorts by, for the part of the request that searches this type.
/// </summary>
internal static class UsedElements
{
    /// <summary>What is looked at is not known.</summary>
    internal static IReadOnlyList<string> Unknown { get; } = [AccessPart.UnknownElement];

    /// <summary>
    /// Elements that one parameter looks at; none for an owner's that is used of patients: whose record it is stands in the open, who else
    /// is named there does not.
    /// </summary>
    /// <param name="definition">The parameter.</param>
    /// <param name="isOfPatients">All that it names, or leads to, are patients.</param>
    internal static IReadOnlyList<string> Of(SearchParameterDefinition definition, bool isOfPatients)
    {
        if (isOfPatients && definition.IsOwner)
        {
            return [];
        }

        return definition.Elements.Count > 0 ? definition.Elements : Unknown;
    }

    /// <summary>Elements of the type, possibly repeated.</summary>
    internal static IReadOnlyList<string> Of(IReadOnlyList<UsedParameter> used, ResourceType type)
    {
        IReadOnlyList<string> first = [];
        List<string>? all = null;
        for (var i = 0; i < used.Count; i++)
        {
            var parameter = used[i];
            if (parameter.Type != type)
            {
                continue;
            }

            var elements = Of(parameter.Definition, parameter.IsOfPatients);
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

using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Routing;

/// <summary>
/// Takes out of a search of one type the parameters whose names nobody knows, where its client asks for that (<c>Prefer:
/// handling=lenient</c>, R4 search, handling errors). Called before anything else reads the parameters, so that policy, upstream and pages
/// see one search.
/// </summary>
/// <remarks>
/// Only plain names: a modifier that is not known turns what it stands with round, a chain says whose, and what R4 has is not unknown
/// because it is not served here. A name that would say whose or which records are meant, in whatever letter case, is refused as ever, as
/// it is without a value: without it the search is of everybody whom the client may see.
/// </remarks>
internal static class PassedParameters
{
    // What scripts add to each address so that no cache answers.
    private const string CacheBuster = "_";

    /// <summary>Leaves the parameters that are read.</summary>
    /// <param name="source">The request, for its headers and what its server has.</param>
    /// <param name="parameters">Of its query, or of its form.</param>
    internal static void Drop(RequestSource source, ref QueryParameter[] parameters)
    {
        var prefer = source.Headers.Prefer;
        if (
            prefer is null
            || parameters.Length == 0
            || !HeaderGrammar.Prefers(prefer, "handling=lenient")
            || HeaderGrammar.Prefers(prefer, "handling=strict")
            || !TryFindSearched(source, out var type)
        )
        {
            return;
        }

        if (Array.Exists(parameters, parameter => IsUnknown(source.Context, type, parameter.Name)))
        {
            parameters = Array.FindAll(parameters, parameter => !IsUnknown(source.Context, type, parameter.Name));
        }
    }

    // A search and nothing else: a condition of a write means more records without one of its parameters.
    private static bool TryFindSearched(RequestSource source, out ResourceType type)
    {
        var searched = (source.IsGet, source.Line.SegmentArray) switch
        {
            (true, [var one]) => one,
            (true, [_, _, var one]) => one,
            (false, [var one, "_search"]) when source.Method == "POST" => one,
            (false, [_, _, var one, "_search"]) when source.Method == "POST" => one,
            _ => null,
        };
        type = default;
        return searched is not null && ResourceType.TryParse(searched, out type);
    }

    private static bool IsUnknown(FhirContext context, ResourceType type, string name)
    {
        if (name == CacheBuster)
        {
            return true;
        }

        return name[0] != '_'
            && !name.AsSpan().ContainsAny('.', ':')
            && !name.Equals("access_token", StringComparison.OrdinalIgnoreCase)
            && !EmptyParameters.SaysWhich(name)
            && !IsOneOf(SearchGrammar.Of(type).Values, name)
            && !IsOneOf(context.Declared.Of(type).Values, name);
    }

    private static bool IsOneOf(IEnumerable<SearchParameterDefinition> known, string name) =>
        known.Any(parameter => parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}

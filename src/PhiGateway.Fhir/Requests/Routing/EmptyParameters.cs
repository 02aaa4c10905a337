using System.Collections.Frozen;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Requests.Interactions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Routing;

/// <summary>
/// Takes out of a search the parameters without a value, which R4 has servers ignore (3.1.1.1): forms of browsers send them. Called before
/// anything else reads the parameters, so that policy, upstream and pages see one search.
/// </summary>
/// <remarks>
/// One that says whose or which records are meant is refused: without it the search is of everybody whom the client may see, which nobody
/// asked for who left a name out by mistake.
/// </remarks>
internal static class EmptyParameters
{
    // Parameters of R4 that name an owner on any type, and those that name records, types and places of the gateway's.
    private static readonly FrozenSet<string> Naming = ResourceType
        .All.SelectMany(static type => SearchGrammar.Of(type).Values)
        .Where(static parameter => parameter.IsOwner)
        .Select(static parameter => parameter.Name)
        .Concat(["_id", "_type", PageReader.Parameter])
        .ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> AnyCase = Naming.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Whether a plain name, in whatever letter case, is that of a parameter that says on some type whose or which records are meant.
    /// </summary>
    internal static bool SaysWhich(string name) => AnyCase.Contains(name);

    /// <summary>The parameters that have a value; a refusal where one without a value may not be missing.</summary>
    internal static Refusal? Drop(FhirContext context, IReadOnlyList<string> segments, ref QueryParameter[] parameters)
    {
        if (!Array.Exists(parameters, static parameter => parameter.Value.Length == 0))
        {
            return null;
        }

        foreach (var (name, value) in parameters)
        {
            if (value.Length == 0 && Names(context, segments, name))
            {
                return Refusal.Query("parameter that says whose or which records are meant, without a value").About(name);
            }
        }

        parameters = Array.FindAll(parameters, static parameter => parameter.Value.Length > 0);
        return null;
    }

    private static bool Names(FhirContext context, IReadOnlyList<string> segments, string parameter)
    {
        if (parameter.StartsWith("_has:", StringComparison.Ordinal))
        {
            return NamesBackwards(context, parameter.Split(':'));
        }

        // A chain says by its last name, or by one before it, whose records it walks to.
        foreach (var piece in parameter.Split('.'))
        {
            if (Naming.Contains(piece.Split(':')[0]))
            {
                return true;
            }
        }

        var end = parameter.AsSpan().IndexOfAny('.', ':');
        var name = end < 0 ? parameter : parameter[..end];
        var searched = segments switch
        {
            [.., var type, "_search"] => type,
            [.., var type] => type,
            _ => null,
        };
        return searched is not null
            && ResourceType.TryParse(searched, out var searchedType)
            && context.TryFind(searchedType, name, out var declared)
            && declared.IsOwner;
    }

    // By its last name, on the type that it walks to; the reference by which one is walked to backwards says nothing.
    private static bool NamesBackwards(FhirContext context, string[] pieces)
    {
        var last = pieces[^1];
        return
            pieces.Length > 3
            && ResourceType.TryParse(pieces[^3], out var type)
            && last is not ("_id" or "_type")
            && context.TryFind(type, last, out var declared)
            ? declared.IsOwner
            : last.Split('.').Any(Naming.Contains);
    }
}

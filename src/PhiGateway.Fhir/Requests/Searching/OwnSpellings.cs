using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Grammar;

namespace PhiGateway.Fhir.Requests.Searching;

/// <summary>
/// Spells a value of a search that begins with a public base of this server in all ways in which it may be stored: clients are shown the
/// gateway's address wherever the server names itself, and ask by what they were shown; what they wrote is stored as they wrote it.
/// </summary>
/// <remarks>
/// One more alternative of a list. Only where a list means any of them: what is negated, or names a set that the server must know, stays as
/// it is.
/// </remarks>
internal static class OwnSpellings
{
    // Each becomes several; a longer list is sent as it came.
    private const int MostItems = 20;

    // No address of a record or a definition is longer.
    private const int Longest = 4096;
    private const int MostBases = 8;

    /// <summary>Whether values of this parameter, with this modifier, are such.</summary>
    internal static bool Matter(SearchParameterDefinition definition, string modifier) =>
        MayGrow(definition, 1)
        && modifier switch
        {
            "" => definition.Kind is SearchParameterKind.Uri or SearchParameterKind.Token,
            "below" or "above" => definition.Kind == SearchParameterKind.Uri,
            "identifier" => definition.Kind == SearchParameterKind.Reference,
            _ => false,
        };

    /// <summary>Whether a list of so many values may become a longer one: a parameter may be declared to have one value.</summary>
    internal static bool MayGrow(SearchParameterDefinition definition, int items) =>
        definition.Rules is not { MultipleOr: false } && items <= MostItems;

    /// <summary>
    /// One value of a reference parameter with its other spellings, as a list: of an address that names a definition servers compare the text.
    /// </summary>
    /// <param name="context">Knows the bases.</param>
    /// <param name="definition">The parameter.</param>
    /// <param name="item">The value as it came.</param>
    /// <param name="spelling">The value as a reference; the same where it is none to this server.</param>
    internal static string WithOthers(FhirContext context, SearchParameterDefinition definition, string item, string spelling)
    {
        var isAddress = spelling == item || AreCanonical(definition);
        return isAddress && BaseOf(context, item) is not null
            ? string.Join(',', Of(context, [item]).Append(spelling).Distinct(StringComparer.Ordinal))
            : spelling;
    }

    // Whether it looks at canonical addresses, which name a definition and no record.
    private static bool AreCanonical(SearchParameterDefinition definition)
    {
        for (var i = 0; i < definition.Paths.Count; i++)
        {
            if (definition.Paths[i] is "instantiatesCanonical" or "questionnaire" or "measure")
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The alternatives of a list with their other spellings; the same array where there are none.</summary>
    internal static string[] Of(FhirContext context, string[] items)
    {
        if (items.Length > MostItems || !Array.Exists(items, item => BaseOf(context, item) is not null))
        {
            return items;
        }

        var spelled = new List<string>(items.Length * 2);
        foreach (var item in items)
        {
            spelled.Add(item);
            if (BaseOf(context, item) is not { } own)
            {
                continue;
            }

            // By what a server calls itself, which stands behind the addresses of its nodes, before those.
            foreach (var other in context.UpstreamBases.Reverse().Append(context.GatewayBase).Concat(context.Aliases).Take(MostBases))
            {
                if (other.Length > 0)
                {
                    spelled.Add(other + item[own.Length..]);
                }
            }
        }

        return [.. spelled.Distinct(StringComparer.Ordinal)];
    }

    // Of this server's public bases; of a value that is too long none, so that it goes as it came.
    private static string? BaseOf(FhirContext context, string item) =>
        item.Length <= Longest ? OwnAddress.PublicBaseOf(context, item) : null;
}

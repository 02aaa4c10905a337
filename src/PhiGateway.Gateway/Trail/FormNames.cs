using PhiGateway.Audit.Records;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Trail;

/// <summary>
/// What a search by POST names, for its record: the names of its parameters, and of those that take names themselves (of types, includes,
/// elements, what is sorted by) these too. Never a value that is searched for: it stands in the body, which no record keeps.
/// </summary>
internal static class FormNames
{
    // Names are known ones by then; how many of them a caller joins to chains and lists is bounded here.
    private const int MostCharacters = 2048;

    /// <summary>Each once, in their order; empty for every other request.</summary>
    public static IReadOnlyList<string> Of(FhirRequest? asked)
    {
        if (asked is not { Interaction: Interaction.SearchType or Interaction.SearchSystem, Canonical.Method: "POST" })
        {
            return [];
        }

        var names = new List<string>(asked.Parameters.Count);
        var left = MostCharacters;
        foreach (var parameter in asked.Parameters)
        {
            var name = NameOf(parameter);
            if (names.Contains(name))
            {
                continue;
            }

            left -= name.Length;
            if (left < 0)
            {
                names.Add(AskedParameters.More);
                break;
            }

            names.Add(name);
        }

        return names;
    }

    private static string NameOf(QueryParameter parameter) =>
        parameter.Name is "_type" or "_elements" or "_sort" or "_include" or "_include:iterate" or "_revinclude" or "_revinclude:iterate"
            ? $"{parameter.Name}={parameter.Value}"
            : parameter.Name;
}

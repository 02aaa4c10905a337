using System.Diagnostics.CodeAnalysis;
using PhiGateway.Audit.Records;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Trail;

/// <summary>
/// What a search by POST names, for its record: the names of its parameters, and of those that take names themselves (of types, includes,
/// elements, what is sorted by) these too. Never a value that is searched for: who may see no more than names is shown these.
/// </summary>
internal static class FormNames
{
    // Names are known ones by then; how many of them a caller joins to chains and lists is bounded here.
    private const int MostCharacters = 2048;

    // As much as the target of a search by GET may have.
    private const int MostOfBody = CanonicalReader.MaxTargetLength;

    /// <summary>Each once, in their order; empty for every other request.</summary>
    public static IReadOnlyList<string> Of(FhirRequest? asked)
    {
        if (!IsSearchByForm(asked))
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

    /// <summary>The body of one that was understood, as it was sent; null for every other request.</summary>
    /// <param name="asked">The request.</param>
    /// <param name="body">Its body.</param>
    public static string? TextOf(FhirRequest? asked, ReadOnlySpan<byte> body) =>
        IsSearchByForm(asked) ? AskedForm.Of(body, MostOfBody) : null;

    private static bool IsSearchByForm([NotNullWhen(true)] FhirRequest? asked) =>
        asked is { Interaction: Interaction.SearchType or Interaction.SearchSystem, Canonical.Method: "POST" };

    private static string NameOf(QueryParameter parameter) =>
        parameter.Name is "_type" or "_elements" or "_sort" or "_include" or "_include:iterate" or "_revinclude" or "_revinclude:iterate"
            ? $"{parameter.Name}={parameter.Value}"
            : parameter.Name;
}

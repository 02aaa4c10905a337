using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Grammar;

/// <summary>
/// Lists the top-level elements of each type that R4 marks as summary, those that every instance has, and those that are lists, beside id and
/// meta; for <c>_summary</c>, <c>_elements</c> and patches.
/// </summary>
internal static class SummaryElements
{
    private static readonly TypeRow[] ByType = Load();

    internal static IReadOnlyList<string> Summary(ResourceType type) => ByType[type.Index].Summary;

    internal static IReadOnlyList<string> Mandatory(ResourceType type) => ByType[type.Index].Mandatory;

    /// <summary>Those of which an instance may have several.</summary>
    internal static IReadOnlyList<string> Lists(ResourceType type) => ByType[type.Index].Lists;

    private static TypeRow[] Load()
    {
        using var document = EmbeddedJson.Read("summary_elements.json");
        var tables = new TypeRow[ResourceType.IndexCount];
        Array.Fill(tables, new TypeRow([], [], []));
        foreach (var typed in document.RootElement.EnumerateObject())
        {
            tables[ResourceType.Parse(typed.Name).Index] = new TypeRow(
                EmbeddedJson.Strings(typed.Value.GetProperty("summary")),
                EmbeddedJson.Strings(typed.Value.GetProperty("mandatory")),
                EmbeddedJson.Strings(typed.Value.GetProperty("lists"))
            );
        }

        return tables;
    }

    private sealed record TypeRow(string[] Summary, string[] Mandatory, string[] Lists);
}

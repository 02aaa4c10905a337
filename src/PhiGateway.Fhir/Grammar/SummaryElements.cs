using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Grammar;

/// <summary>
/// Lists the top-level elements of each type that R4 marks as summary, and those that every instance has, beside id and meta; for
/// <c>_summary</c> and <c>_elements</c>.
/// </summary>
internal static class SummaryElements
{
    private static readonly (string[] Summary, string[] Mandatory)[] ByType = Load();

    internal static IReadOnlyList<string> Summary(ResourceType type) => ByType[type.Index].Summary;

    internal static IReadOnlyList<string> Mandatory(ResourceType type) => ByType[type.Index].Mandatory;

    private static (string[] Summary, string[] Mandatory)[] Load()
    {
        using var document = EmbeddedJson.Read("summary_elements.json");
        var tables = new (string[] Summary, string[] Mandatory)[ResourceType.IndexCount];
        Array.Fill(tables, ([], []));
        foreach (var typed in document.RootElement.EnumerateObject())
        {
            tables[ResourceType.Parse(typed.Name).Index] = (
                EmbeddedJson.Strings(typed.Value.GetProperty("summary")),
                EmbeddedJson.Strings(typed.Value.GetProperty("mandatory"))
            );
        }

        return tables;
    }
}

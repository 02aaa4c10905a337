using System.Text.Json.Nodes;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>Compares a document before and after a write and lists every changed place.</summary>
internal static class DocumentDiff
{
    public static IReadOnlyList<DiffLine> Of(JsonNode? before, JsonNode? after)
    {
        var lines = new List<DiffLine>();
        Walk(before, after, string.Empty, lines);
        return lines;
    }

    private static void Walk(JsonNode? before, JsonNode? after, string pointer, List<DiffLine> lines)
    {
        if (JsonNode.DeepEquals(before, after))
        {
            return;
        }

        if (before is JsonObject old && after is JsonObject now)
        {
            foreach (
                var name in old.Select(static pair => pair.Key).Union(now.Select(static pair => pair.Key)).Order(StringComparer.Ordinal)
            )
            {
                Walk(old[name], now[name], pointer + DocumentJson.Pointer([name]), lines);
            }
        }
        else
        {
            lines.Add(new DiffLine(pointer, before?.DeepClone(), after?.DeepClone()));
        }
    }
}

/// <summary>One changed place.</summary>
/// <param name="Pointer">JSON pointer into the document; empty: the whole of it.</param>
/// <param name="Before">Value before; absent: there was none.</param>
/// <param name="After">Value after; absent: there is none.</param>
public sealed record DiffLine(string Pointer, JsonNode? Before, JsonNode? After);

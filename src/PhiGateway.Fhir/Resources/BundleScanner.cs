using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Resources;

/// <summary>
/// Reads a Bundle that is to be stored (or is) and sums up the facts of its entries: it belongs to all whom they belong to.
/// </summary>
internal static class BundleScanner
{
    /// <summary>Adds what the entries say to the facts of a Bundle that was read already; false when one of them cannot be read.</summary>
    public static bool TrySum(ReadOnlySpan<byte> json, Bases bases, ResourceFacts facts)
    {
        using var document = JsonDocument.Parse(json.ToArray(), new JsonDocumentOptions { MaxDepth = bases.MaxDepth });
        if (!document.RootElement.TryGetProperty("entry", out var entries))
        {
            return true;
        }

        var sum = new ContainerFacts();
        var reader = ResourceReader.Rent();
        try
        {
            foreach (var entry in entries.ValueKind == JsonValueKind.Array ? entries.EnumerateArray() : default)
            {
                if (!TryTake(entry, reader, bases, sum))
                {
                    return false;
                }
            }
        }
        finally
        {
            ResourceReader.Return(reader);
        }

        sum.Conclude(facts);
        return entries.ValueKind == JsonValueKind.Array;
    }

    private static bool TryTake(JsonElement entry, ResourceReader reader, Bases bases, ContainerFacts sum)
    {
        if (
            entry.ValueKind != JsonValueKind.Object
            || !entry.TryGetProperty("resource", out var resource)
            || !reader.TryReadWhole(JsonMarshal.GetRawUtf8Value(resource), BodyPolicy.Instance, bases, reader.Facts)
        )
        {
            return false;
        }

        if (entry.TryGetProperty("fullUrl", out var url) && IsElsewhere(url, reader.Facts.Type, bases))
        {
            reader.Facts.Disown();
        }

        if (!sum.TryTakePart(reader.Facts))
        {
            sum.Take(reader.Facts);
        }

        return true;
    }

    private static bool IsElsewhere(JsonElement url, ResourceType type, Bases bases)
    {
        var text = url.ValueKind == JsonValueKind.String ? url.GetString()! : string.Empty;
        return text.StartsWith("urn:", StringComparison.Ordinal)
            ? type == ResourceType.Patient
            : !bases.IsBelowOne(Encoding.UTF8.GetBytes(text));
    }
}

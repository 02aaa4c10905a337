using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Resources;

/// <summary>
/// Reads a Bundle that is to be stored (or is) and sums up the facts of all resources in it: it belongs to all whom they belong to.
/// </summary>
/// <remarks>
/// Resources stand in a Bundle as <c>entry.resource</c> and <c>entry.response.outcome</c>, in Parameters at any depth, and each may be such a
/// container again.
/// </remarks>
internal static class BundleScanner
{
    // As deep as answers are read.
    private const int MostNesting = 4;

    /// <summary>Adds what the entries say to the facts of a Bundle that was read already; false when one of them cannot be read.</summary>
    public static bool TrySum(ReadOnlySpan<byte> json, Bases bases, ResourceFacts facts)
    {
        if (!StrictJson.TryParse(json.ToArray(), bases.MaxDepth, out var document))
        {
            return false;
        }

        using (document)
        {
            return TrySum(document.RootElement, bases, facts, 1);
        }
    }

    private static bool TrySum(JsonElement bundle, Bases bases, ResourceFacts facts, int nesting)
    {
        if (!bundle.TryGetProperty("entry", out var entries))
        {
            return true;
        }

        var sum = new ContainerFacts();
        foreach (var entry in entries.ValueKind == JsonValueKind.Array ? entries.EnumerateArray() : default)
        {
            if (!TryTakeEntry(entry, bases, sum, nesting))
            {
                return false;
            }
        }

        sum.Conclude(facts);
        return entries.ValueKind == JsonValueKind.Array;
    }

    private static bool TryTakeEntry(JsonElement entry, Bases bases, ContainerFacts sum, int nesting)
    {
        if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("resource", out var resource))
        {
            return false;
        }

        var fullUrl = entry.TryGetProperty("fullUrl", out var url) ? url : default(JsonElement?);
        if (!TryTake(resource, fullUrl, bases, sum, nesting))
        {
            return false;
        }

        if (!entry.TryGetProperty("response", out var response))
        {
            return true;
        }

        return response.ValueKind == JsonValueKind.Object
            && (!response.TryGetProperty("outcome", out var outcome) || TryTake(outcome, fullUrl, bases, sum, nesting));
    }

    private static bool TryTake(JsonElement resource, JsonElement? fullUrl, Bases bases, ContainerFacts sum, int nesting)
    {
        var reader = ResourceReader.Rent();
        try
        {
            var facts = reader.Facts;
            if (nesting > MostNesting || !reader.TryReadWhole(JsonMarshal.GetRawUtf8Value(resource), BodyPolicy.Instance, bases, facts))
            {
                return false;
            }

            if (fullUrl is { } url && IsElsewhere(url, facts.Type, bases))
            {
                facts.Disown();
            }

            var holdsOthers = facts.Type == ResourceType.Bundle && resource.TryGetProperty("entry", out _);
            if (holdsOthers && !TrySum(resource, bases, facts, nesting + 1))
            {
                return false;
            }

            if (holdsOthers || !sum.TryTakePart(facts))
            {
                sum.Take(facts);
            }

            return facts.Type != ResourceType.Parameters || TryTakeValues(resource, "parameter", bases, sum, nesting + 1);
        }
        finally
        {
            ResourceReader.Return(reader);
        }
    }

    private static bool TryTakeValues(JsonElement container, string list, Bases bases, ContainerFacts sum, int nesting)
    {
        if (!container.TryGetProperty(list, out var values))
        {
            return true;
        }

        foreach (var value in values.ValueKind == JsonValueKind.Array ? values.EnumerateArray() : default)
        {
            if (
                value.ValueKind != JsonValueKind.Object
                || (value.TryGetProperty("resource", out var resource) && !TryTake(resource, null, bases, sum, nesting))
                || !TryTakeValues(value, "part", bases, sum, nesting)
            )
            {
                return false;
            }
        }

        return values.ValueKind == JsonValueKind.Array;
    }

    private static bool IsElsewhere(JsonElement url, ResourceType type, Bases bases)
    {
        var text = url.ValueKind == JsonValueKind.String ? url.GetString()! : string.Empty;
        return text.StartsWith("urn:", StringComparison.Ordinal)
            ? type == ResourceType.Patient
            : !bases.IsBelowOne(Encoding.UTF8.GetBytes(text));
    }
}

using System.Buffers;
using System.Text;
using System.Text.Json;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Resources;

/// <summary>
/// Finds the records of this server that the entries of a Bundle name which is validated, as they are found elsewhere by
/// <see cref="RecordNames"/>; used where it is asked whether its sender may name them.
/// </summary>
/// <remarks>
/// A relative reference in an entry that stands under another server's address is one to that server (R4 bundle, 2.36.4): it is no name here.
/// What is below a base of ours is one wherever it stands, and so is whatever cannot be told for certain.
/// </remarks>
public static class BundleNames
{
    // By these an address can be written so that another reader finds it here.
    private static readonly SearchValues<char> Odd = SearchValues.Create("%\\@?# ");

    /// <summary>The names, as <c>Type/id</c>, but for those of its own entries.</summary>
    /// <param name="json">A Bundle, or Parameters with one, well-formed.</param>
    /// <param name="context">Bases and depth.</param>
    public static HashSet<string> In(ReadOnlyMemory<byte> json, FhirContext context)
    {
        var places = new HashSet<string>(StringComparer.Ordinal);
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1000 });
        Walk(document.RootElement, isElsewhere: false, isReference: false, Bases.Of(context), places);
        HashSet<string> names = [.. places.Select(static place => place.TrimStart())];
        names.ExceptWith(RecordNames.Held(json, context));
        return names;
    }

    /// <summary>The ids of the files (Binary) among them.</summary>
    /// <param name="json">A Bundle, or Parameters with one, well-formed.</param>
    /// <param name="context">Bases and depth.</param>
    public static HashSet<string> FilesIn(ReadOnlyMemory<byte> json, FhirContext context)
    {
        const string Prefix = "Binary/";
        return
        [
            .. In(json, context)
                .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
                .Select(static name => name[Prefix.Length..]),
        ];
    }

    private static void Walk(JsonElement element, bool isElsewhere, bool isReference, Bases bases, HashSet<string> found)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                WalkObject(element, isElsewhere, bases, found);
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    // A list named "reference" is none.
                    Walk(item, isElsewhere, isReference: false, bases, found);
                }

                break;
            case JsonValueKind.String:
                var text = Encoding.UTF8.GetBytes(element.GetString()!);
                if (!isElsewhere || bases.IsBelowOne(text))
                {
                    RecordNames.Add(text, bases, string.Empty, strictly: !isReference, found);
                }

                break;
            default:
                break;
        }
    }

    private static void WalkObject(JsonElement element, bool isElsewhere, Bases bases, HashSet<string> found)
    {
        var isBundle = StrictJson.TryReadType(element, out var type) && type == ResourceType.Bundle;
        foreach (var member in element.EnumerateObject())
        {
            if (isBundle && member.NameEquals("entry"u8) && member.Value.ValueKind == JsonValueKind.Array)
            {
                foreach (var entry in member.Value.EnumerateArray())
                {
                    WalkEntry(entry, bases, found);
                }
            }
            else
            {
                Walk(member.Value, isElsewhere, member.NameEquals("reference"u8), bases, found);
            }
        }
    }

    // Only the resource stands where its fullUrl says; what beside it says what is to be done is done here.
    private static void WalkEntry(JsonElement entry, Bases bases, HashSet<string> found)
    {
        if (entry.ValueKind != JsonValueKind.Object || !IsElsewhere(entry, bases))
        {
            Walk(entry, isElsewhere: false, isReference: false, bases, found);
            return;
        }

        foreach (var member in entry.EnumerateObject())
        {
            Walk(member.Value, isElsewhere: member.NameEquals("resource"u8), isReference: false, bases, found);
        }
    }

    // Under the address of a resource on another server, and of this very one: base/Type/id.
    private static bool IsElsewhere(JsonElement entry, Bases bases)
    {
        var address = StrictJson.Text(entry, "fullUrl");
        return address is not null
            && (
                address.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
                || address.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            )
            && !address.AsSpan().ContainsAny(Odd)
            && entry.TryGetProperty("resource", out var resource)
            && StrictJson.TryReadType(resource, out var type)
            && StrictJson.Text(resource, "id") is { } id
            && ReferenceReader.IsId(Encoding.UTF8.GetBytes(id))
            && address.EndsWith($"/{type.Name}/{id}", StringComparison.Ordinal)
            && Encoding.UTF8.GetBytes(address) is var bytes
            && !bases.IsBelowOne(bytes)
            && bases.PlaceOf(bytes) is null;
    }
}

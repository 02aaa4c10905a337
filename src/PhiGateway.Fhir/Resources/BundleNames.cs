using System.Text;
using System.Text.Json;
using PhiGateway.Fhir.Context;

namespace PhiGateway.Fhir.Resources;

/// <summary>
/// Finds the records of this server that the entries of a Bundle name which is validated, as they are found elsewhere by
/// <see cref="RecordNames"/>; used where it is asked whether its sender may name them.
/// </summary>
/// <remarks>
/// By R4 (bundle, 2.36.4) a relative reference in an entry that stands under another server's address is one to that server; servers that check
/// references look in their own store all the same. So it is a name here, wherever the entry stands.
/// </remarks>
public static class BundleNames
{
    /// <summary>The names, as <c>Type/id</c>, but for those of its own entries.</summary>
    /// <param name="json">A Bundle, or Parameters with one, well-formed.</param>
    /// <param name="context">Bases and depth.</param>
    public static HashSet<string> In(ReadOnlyMemory<byte> json, FhirContext context)
    {
        var places = new HashSet<string>(StringComparer.Ordinal);
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1000 });
        Walk(document.RootElement, isReference: false, Bases.Of(context), places);
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

    private static void Walk(JsonElement element, bool isReference, Bases bases, HashSet<string> found)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    Walk(member.Value, member.NameEquals("reference"u8), bases, found);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    // A list named "reference" is none.
                    Walk(item, isReference: false, bases, found);
                }

                break;
            case JsonValueKind.String:
                RecordNames.Add(Encoding.UTF8.GetBytes(element.GetString()!), bases, string.Empty, strictly: !isReference, found);
                break;
            default:
                break;
        }
    }
}

using System.Text;
using System.Text.Json;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Resources;

/// <summary>
/// Finds the records of this server that written content names by references; used where it is asked whether its writer may name them.
/// </summary>
public static class RecordNames
{
    /// <summary>Whether a text may hold such a name at all; what does not is not looked through.</summary>
    public static bool MayBeIn(ReadOnlySpan<byte> json) => json.IndexOf("\"reference\""u8) >= 0 || json.Contains((byte)'\\');

    /// <summary>
    /// What is named by a member <c>reference</c>, with the top-level element that it stands in, once each, as <c>element Type/id</c>.
    /// </summary>
    /// <param name="json">One resource, well-formed.</param>
    /// <param name="context">Bases and depth.</param>
    public static HashSet<string> Places(ReadOnlySpan<byte> json, FhirContext context) => Find(json, Bases.Of(context), anyText: false);

    /// <summary>
    /// The same for what is no resource but becomes part of one elsewhere (a patch that the upstream applies): each text that reads as such a
    /// name is one, wherever it stands; in no element.
    /// </summary>
    /// <param name="json">Well-formed JSON.</param>
    /// <param name="context">Bases and depth.</param>
    /// <param name="loosely">Any text may become a reference, and is read as forgivingly as one; false: only what stands as one is.</param>
    public static HashSet<string> InAnyText(ReadOnlySpan<byte> json, FhirContext context, bool loosely) =>
        Find(json, Bases.Of(context), anyText: true, loosely);

    /// <summary>
    /// The resources that are entries of a Bundle under a name of this server, as <c>Type/id</c>: what names them there names nothing else. What
    /// is contained in another resource, or stands under another address, a server looks for elsewhere when it is named so.
    /// </summary>
    /// <param name="json">A Bundle, or Parameters with one.</param>
    /// <param name="context">Bases and depth.</param>
    internal static HashSet<string> Held(ReadOnlyMemory<byte> json, FhirContext context)
    {
        var held = new HashSet<string>(StringComparer.Ordinal);
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1000 });
        var root = document.RootElement;
        Collect(root, context, held);
        foreach (var parameter in StrictJson.Items(root, "parameter"))
        {
            if (parameter.ValueKind == JsonValueKind.Object && parameter.TryGetProperty("resource", out var resource))
            {
                Collect(resource, context, held);
            }
        }

        return held;
    }

    private static void Collect(JsonElement bundle, FhirContext context, HashSet<string> held)
    {
        foreach (var entry in StrictJson.Items(bundle, "entry"))
        {
            if (
                entry.ValueKind != JsonValueKind.Object
                || !entry.TryGetProperty("resource", out var resource)
                || resource.ValueKind != JsonValueKind.Object
            )
            {
                continue;
            }

            var name = $"{StrictJson.Text(resource, "resourceType")}/{StrictJson.Text(resource, "id")}";
            if (!entry.TryGetProperty("fullUrl", out _) || NameOf(StrictJson.Text(entry, "fullUrl") ?? string.Empty, context) == name)
            {
                held.Add(name);
            }
        }
    }

    /// <summary>The name, as <c>Type/id</c>, of what a text refers to; null: nothing of this server.</summary>
    /// <param name="text">A reference, as an input of an operation.</param>
    /// <param name="context">Bases.</param>
    public static string? NameOf(string text, FhirContext context) =>
        ReferenceReader.TryRead(Encoding.UTF8.GetBytes(text), Bases.Of(context), out var type, out var id)
            ? $"{type.Name}/{Encoding.ASCII.GetString(id)}"
            : null;

    /// <summary>The records that a resource names, each with the top-level element that it stands in.</summary>
    /// <param name="json">One resource, well-formed.</param>
    /// <param name="bases">The route's addresses, and depth.</param>
    internal static List<NamedRecord> WithElements(ReadOnlySpan<byte> json, Bases bases)
    {
        var names = new List<NamedRecord>();
        foreach (var place in Find(json, bases, anyText: false))
        {
            names.Add(ReadPlace(place));
        }

        return names;
    }

    /// <summary>What is named by a place, and from where.</summary>
    /// <param name="place">One of <see cref="Places"/> or <see cref="InAnyText"/>.</param>
    internal static NamedRecord ReadPlace(string place)
    {
        // A type and an id have no blank and no slash; a member that no type has may be called anything.
        var (blank, slash) = (place.LastIndexOf(' '), place.LastIndexOf('/'));
        var name = new ResourceName(ResourceType.Parse(place[(blank + 1)..slash]), place[(slash + 1)..]);
        return new NamedRecord(place[..blank], name);
    }

    /// <summary>Whether a named record is nobody's, whatever it says: that there is one tells of no patient.</summary>
    /// <param name="type">Its type.</param>
    public static bool IsNobodys(ResourceType type) => PatientPathTable.Instance.IsNobodys(type);

    /// <summary>Whether a record of this type that names no owner is nobody's.</summary>
    /// <param name="type">Its type.</param>
    public static bool MayBeNobodys(ResourceType type) => PatientPathTable.Instance.IsNobody(type);

    private static HashSet<string> Find(ReadOnlySpan<byte> json, Bases bases, bool anyText, bool loosely = false)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        if (json.IsEmpty)
        {
            return found;
        }

        var reader = new Utf8JsonReader(json, ResourceReader.OptionsFor(bases));
        var isReference = false;
        var element = string.Empty;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.CurrentDepth == 1 && !anyText)
                {
                    element = TopElement.Of(ref reader);
                }

                isReference = JsonText.Is(in reader, "reference"u8);
                continue;
            }

            if (reader.TokenType == JsonTokenType.String && (anyText || isReference))
            {
                Add(JsonText.Utf8Of(ref reader), bases, element, strictly: !(isReference || loosely), found);
            }

            isReference = false;
        }

        return found;
    }

    internal static void Add(ReadOnlySpan<byte> text, Bases bases, string element, bool strictly, HashSet<string> found)
    {
        if (ReferenceReader.TryRead(text, bases, out var type, out var id))
        {
            found.Add($"{element} {type.Name}/{Encoding.ASCII.GetString(id)}");
            return;
        }

        if (!strictly && ReferenceReader.FormOf(new TextSpan(1, text.Length, false), text, bases) == ReferenceForm.Unreadable)
        {
            AddLoosely(text, element, found);
        }
    }

    // A server may be more forgiving than this one: with a slash before it, a query or a fragment behind it, it may name the same record.
    private static void AddLoosely(ReadOnlySpan<byte> text, string element, HashSet<string> found)
    {
        for (var rest = text; rest.IndexOf((byte)'/') is var slash and >= 0; rest = rest[(slash + 1)..])
        {
            var end = rest[(slash + 1)..].IndexOfAny("/?#|"u8);
            var id = end < 0 ? rest[(slash + 1)..] : rest.Slice(slash + 1, end);
            if (ResourceType.TryParse(rest[..slash], out var type) && ReferenceReader.IsId(id))
            {
                found.Add($"{element} {type.Name}/{Encoding.ASCII.GetString(id)}");
            }
        }
    }
}

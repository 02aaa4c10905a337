using System.Text;
using System.Text.Json;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Resources;

/// <summary>
/// Finds the Binary resources of this server that a resource names, as an attachment's address or by a reference; used where a Binary is
/// read and where content is written.
/// </summary>
public static class BinaryNames
{
    /// <summary>Whether a text may hold such a name at all; what does not is not looked through.</summary>
    public static bool MayBeIn(ReadOnlySpan<byte> json) => json.IndexOf("Binary/"u8) >= 0 || json.Contains((byte)'\\');

    /// <summary>Their ids, once each.</summary>
    /// <param name="json">One resource, well-formed.</param>
    /// <param name="context">Bases and depth.</param>
    public static IReadOnlyCollection<string> In(ReadOnlySpan<byte> json, FhirContext context)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (_, id) in In(json, Bases.Of(context)))
        {
            found.Add(id);
        }

        return found;
    }

    /// <summary>
    /// The same with where they are named, each as <c>element id</c>; by a reference also in a spelling that only a forgiving server takes
    /// for one.
    /// </summary>
    /// <param name="json">One resource, well-formed.</param>
    /// <param name="context">Bases and depth.</param>
    public static HashSet<string> Places(ReadOnlySpan<byte> json, FhirContext context)
    {
        if (!MayBeIn(json))
        {
            return [];
        }

        var named = In(json, Bases.Of(context)).Concat(FilesAmong(RecordNames.Places(json, context)));
        return [.. named.Select(static one => $"{one.Element} {one.Id}")];
    }

    /// <summary>
    /// The same for what is no resource but becomes part of one elsewhere (a patch that the upstream applies): where its texts will stand
    /// cannot be seen here, so each that reads as such a name is one.
    /// </summary>
    /// <param name="json">Well-formed JSON.</param>
    /// <param name="context">Bases and depth.</param>
    /// <param name="loosely">Any text may become a reference, and is read as forgivingly as one.</param>
    public static HashSet<string> InAnyText(ReadOnlySpan<byte> json, FhirContext context, bool loosely)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        if (!MayBeIn(json))
        {
            return found;
        }

        if (loosely)
        {
            found.UnionWith(FilesAmong(RecordNames.InAnyText(json, context, loosely)).Select(static file => file.Id));
        }

        var bases = Bases.Of(context);
        var reader = new Utf8JsonReader(json, ResourceReader.OptionsFor(bases));
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.String && TryRead(ref reader, bases, out var id))
            {
                found.Add(id);
            }
        }

        return found;
    }

    private static IEnumerable<(string Element, string Id)> FilesAmong(HashSet<string> places) =>
        places
            .Select(RecordNames.ReadPlace)
            .Where(static named => named.Name.Type == ResourceType.Binary)
            .Select(static named => (named.Element, named.Name.Id));

    /// <summary>The same, each with the top-level element that it stands in.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    internal static IReadOnlyList<(string Element, string Id)> In(ReadOnlySpan<byte> json, Bases bases)
    {
        if (!MayBeIn(json))
        {
            return [];
        }

        var found = new List<(string, string)>();
        var reader = new Utf8JsonReader(json, ResourceReader.OptionsFor(bases));
        var element = string.Empty;

        // One bit per depth whose members are those of an extension: its url is the name of a definition.
        var extensions = 0UL;
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            var depth = Math.Min(reader.CurrentDepth, 61);
            element = depth == 1 ? TopElement.Of(ref reader) : element;
            extensions &= (2UL << depth) - 1;
            if (JsonText.Is(in reader, "extension"u8) || JsonText.Is(in reader, "modifierExtension"u8))
            {
                extensions |= 1UL << (depth + 2);
                continue;
            }

            var isName = (JsonText.Is(in reader, "url"u8) && (extensions >> depth & 1) == 0) || JsonText.Is(in reader, "reference"u8);
            if (!isName || !reader.Read() || reader.TokenType != JsonTokenType.String)
            {
                continue;
            }

            if (TryRead(ref reader, bases, out var id))
            {
                found.Add((element, id));
            }
        }

        return found;
    }

    private static bool TryRead(ref Utf8JsonReader reader, Bases bases, out string id)
    {
        var text = JsonText.Utf8Of(ref reader);
        id = string.Empty;
        if (!ReferenceReader.TryRead(text, bases, out var type, out var name) || type != ResourceType.Binary)
        {
            return false;
        }

        id = Encoding.ASCII.GetString(name);
        return true;
    }
}

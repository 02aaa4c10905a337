using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PhiGateway.RegistryFiles.Documents;

/// <summary>
/// Reads JSON in exactly one way: no comments, no trailing commas, no duplicate members, bounded depth; says where it fails.
/// </summary>
public static class DocumentJson
{
    /// <summary>Deepest nesting that is read.</summary>
    public const int MaxDepth = 32;

    /// <summary>Reads one JSON value that is not null; the refusal names the place.</summary>
    public static Checked<JsonNode> Parse(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        var path = new List<string>();
        try
        {
            if (!reader.Read())
            {
                return DocumentRefusal.Malformed("The body is empty.");
            }

            var (node, duplicate) = Read(ref reader, path);
            if (duplicate is not null)
            {
                return DocumentRefusal.Malformed($"A member stands twice{Place(utf8, reader.TokenStartIndex)}.", duplicate);
            }

            if (node is null)
            {
                return DocumentRefusal.Malformed("null is not a document.");
            }

            return reader.Read()
                ? DocumentRefusal.Malformed($"Something follows the document{Place(utf8, reader.TokenStartIndex)}.")
                : node;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            var place = exception is JsonException { LineNumber: { } line, BytePositionInLine: { } column }
                ? Place(line, column)
                : Place(utf8, reader.TokenStartIndex);
            return DocumentRefusal.Malformed($"This is not JSON that can be read in one way{place}.", Pointer(path));
        }
    }

    private static string Place(ReadOnlySpan<byte> utf8, long index)
    {
        var before = utf8[..(int)Math.Min(index, utf8.Length)];
        return Place(before.Count((byte)'\n'), before.Length - 1 - before.LastIndexOf((byte)'\n'));
    }

    private static string Place(long line, long column) =>
        string.Create(CultureInfo.InvariantCulture, $": line {line + 1}, column {column + 1}");

    /// <summary>RFC 6901 form of a path.</summary>
    public static string Pointer(IEnumerable<string> path) =>
        string.Concat(
            path.Select(static step => "/" + step.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal))
        );

    private static (JsonNode? Node, string? Duplicate) Read(ref Utf8JsonReader reader, List<string> path)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadObject(ref reader, path);
            case JsonTokenType.StartArray:
                return ReadArray(ref reader, path);
            case JsonTokenType.Null:
                return (null, null);
            case JsonTokenType.String:
                // Read here and now: half of a surrogate pair is no text, and is found where it stands.
                return (JsonValue.Create(reader.GetString()), null);
            default:
                using (var document = JsonDocument.ParseValue(ref reader))
                {
                    return (JsonValue.Create(document.RootElement.Clone()), null);
                }
        }
    }

    private static (JsonNode? Node, string? Duplicate) ReadObject(ref Utf8JsonReader reader, List<string> path)
    {
        var result = new JsonObject();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            path.Add(name);
            if (result.ContainsKey(name))
            {
                return (null, Pointer(path));
            }

            reader.Read();
            var (node, duplicate) = Read(ref reader, path);
            if (duplicate is not null)
            {
                return (null, duplicate);
            }

            result.Add(name, node);
            path.RemoveAt(path.Count - 1);
        }

        return (result, null);
    }

    private static (JsonNode? Node, string? Duplicate) ReadArray(ref Utf8JsonReader reader, List<string> path)
    {
        var result = new JsonArray();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            path.Add(result.Count.ToString(CultureInfo.InvariantCulture));
            var (node, duplicate) = Read(ref reader, path);
            if (duplicate is not null)
            {
                return (null, duplicate);
            }

            result.Add(node);
            path.RemoveAt(path.Count - 1);
        }

        return (result, null);
    }
}

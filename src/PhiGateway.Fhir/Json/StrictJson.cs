using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Json;

/// <summary>
/// Parses JSON documents that every parser reads alike, and refuses all others: valid UTF-8, no comments, no trailing bytes, no member
/// twice in any letter case, bounded depth.
/// </summary>
internal static class StrictJson
{
    /// <summary>Parses one whole JSON value; false for anything that parsers could read differently.</summary>
    internal static bool TryParse(ReadOnlyMemory<byte> json, int maxDepth, [NotNullWhen(true)] out JsonDocument? document)
    {
        document = null;
        if (json.IsEmpty || !Utf8.IsValid(json.Span))
        {
            return false;
        }

        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = maxDepth, AllowDuplicateProperties = false });
            if (IsStrict(document.RootElement))
            {
                return true;
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a lone surrogate, which JSON can write and Unicode cannot.
        }

        document?.Dispose();
        document = null;
        return false;
    }

    /// <summary>The resource's type, when the element is a resource of a known type.</summary>
    internal static bool TryReadType(JsonElement resource, out Policy.Vocabulary.ResourceType type)
    {
        type = default;
        return resource.ValueKind == JsonValueKind.Object
            && resource.TryGetProperty("resourceType", out var name)
            && name.ValueKind == JsonValueKind.String
            && Policy.Vocabulary.ResourceType.TryParse(name.GetString()!, out type);
    }

    /// <summary>A string member; null when it is absent or no string.</summary>
    internal static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary>The items of a list; none when it is absent or no list.</summary>
    internal static JsonElement.ArrayEnumerator Items(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray()
            : default;

    private static bool IsStrict(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                // Lenient upstreams match names without regard to case; there a second spelling is a second member.
                var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
                foreach (var member in element.EnumerateObject())
                {
                    if (!names.Add(member.Name) || !IsStrict(member.Value))
                    {
                        return false;
                    }
                }

                return true;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    if (!IsStrict(item))
                    {
                        return false;
                    }
                }

                return true;
            case JsonValueKind.String:
                return element.GetString() is not null;
            default:
                return true;
        }
    }
}

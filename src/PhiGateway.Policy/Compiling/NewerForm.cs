using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Policy.Compiling;

/// <summary>
/// Tells a body that a newer version wrote from one that is broken, and what in it is harmless; for the time of a rolling upgrade.
/// </summary>
/// <remarks>
/// A member whose name begins with an underscore is a note: by definition of no meaning for access, so whoever does not know it passes over
/// it. Every other unknown member, and every unknown word
/// of a closed set, may restrict: what this node cannot understand it does not decide about.
/// </remarks>
internal static class NewerForm
{
    private const char Note = '_';

    // A name that is longer, or of other letters, is nobody's member and is not repeated.
    private const int LongestName = 64;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The body as an object; null when it is none, or has a member twice.</summary>
    internal static JsonObject? Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json, documentOptions: Strict) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Takes the notes away, at every depth; whether there were any.</summary>
    internal static bool RemoveNotes(JsonNode? node)
    {
        var found = false;
        switch (node)
        {
            case JsonObject json:
                foreach (var name in json.Select(static member => member.Key).Where(static name => name.StartsWith(Note)).ToList())
                {
                    found |= json.Remove(name);
                }

                foreach (var (_, value) in json)
                {
                    found |= RemoveNotes(value);
                }

                break;
            case JsonArray array:
                foreach (var element in array)
                {
                    found |= RemoveNotes(element);
                }

                break;
            default:
                break;
        }

        return found;
    }

    /// <summary>
    /// The first member that this version does not know, or whose word it does not know, as a path; null: there is none, and the body is
    /// broken in another way.
    /// </summary>
    internal static string? FindUnknown(JsonObject json, Type type) => InObject(json, RegistryJson.Options.GetTypeInfo(type), string.Empty);

    private static string? Find(JsonNode? node, Type type, string path)
    {
        var info = RegistryJson.Options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
        return (info.Kind, node) switch
        {
            (JsonTypeInfoKind.Object, JsonObject json) => InObject(json, info, path),
            (JsonTypeInfoKind.Enumerable, JsonArray array) => InArray(array, info, path),
            (JsonTypeInfoKind.None, JsonValue value) when info.Type.IsEnum && value.GetValueKind() == JsonValueKind.String => IsKnownWord(
                value,
                info
            )
                ? null
                : path,
            _ => null,
        };
    }

    private static string? InObject(JsonObject json, JsonTypeInfo info, string path)
    {
        foreach (var (name, value) in json)
        {
            var place = path + "/" + (name.Length <= LongestName && name.All(char.IsAsciiLetterOrDigit) ? name : "?");
            var property = info.Properties.FirstOrDefault(known => known.Name == name);
            if (property is null)
            {
                return place;
            }

            if (Find(value, property.PropertyType, place) is { } inner)
            {
                return inner;
            }
        }

        return null;
    }

    private static string? InArray(JsonArray array, JsonTypeInfo info, string path) =>
        info.ElementType is { } element
            ? array.Select((node, place) => Find(node, element, $"{path}/{place}")).FirstOrDefault(static found => found is not null)
            : null;

    private static bool IsKnownWord(JsonValue value, JsonTypeInfo info)
    {
        try
        {
            return value.Deserialize(info) is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

using System.Buffers;
using System.Text.Json;

namespace PhiGateway.Fhir.Requests.Bundles;

/// <summary>
/// Puts other texts in the place of whole references, and of addresses that stand in <c>url</c>; everything else stays as it is.
/// </summary>
internal static class ReferenceRewriter
{
    /// <summary>The JSON with the references replaced; null when none was in it.</summary>
    internal static byte[]? Rewrite(JsonElement element, IReadOnlyDictionary<string, string> replacements)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        var replaced = false;
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true }))
        {
            Write(json, element, replacements, ref replaced);
        }

        return replaced ? output.WrittenSpan.ToArray() : null;
    }

    private static void Write(Utf8JsonWriter json, JsonElement element, IReadOnlyDictionary<string, string> replacements, ref bool replaced)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    json.WritePropertyName(member.Name);
                    if (
                        (member.NameEquals("reference"u8) || member.NameEquals("url"u8))
                        && member.Value.ValueKind == JsonValueKind.String
                        && replacements.TryGetValue(member.Value.GetString()!, out var text)
                    )
                    {
                        json.WriteStringValue(text);
                        replaced = true;
                    }
                    else
                    {
                        Write(json, member.Value, replacements, ref replaced);
                    }
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    Write(json, item, replacements, ref replaced);
                }

                json.WriteEndArray();
                break;
            default:
                // Numbers keep their digits, which a number type would not.
                element.WriteTo(json);
                break;
        }
    }
}

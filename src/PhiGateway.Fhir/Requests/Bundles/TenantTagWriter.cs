using System.Buffers;
using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Bundles;

/// <summary>Puts the tenant's tag on a resource that carries none of its system; everything else stays as it was written.</summary>
internal static class TenantTagWriter
{
    /// <summary>
    /// The resource with the tag; null where it has a tag of the system already, whosever, or where its <c>meta</c> is none: then the judge
    /// has the word.
    /// </summary>
    internal static byte[]? Add(JsonElement resource, TokenValue tag)
    {
        if (resource.ValueKind != JsonValueKind.Object || !IsOpen(resource, tag.System!, out var meta))
        {
            return null;
        }

        var output = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            foreach (var member in resource.EnumerateObject())
            {
                json.WritePropertyName(member.Name);
                if (member.NameEquals("meta"u8))
                {
                    WriteMeta(json, meta, tag);
                }
                else
                {
                    json.WriteRaw(member.Value);
                }
            }

            if (meta.ValueKind == JsonValueKind.Undefined)
            {
                json.WritePropertyName("meta"u8);
                WriteMeta(json, meta, tag);
            }

            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static bool IsOpen(JsonElement resource, string system, out JsonElement meta)
    {
        if (!resource.TryGetProperty("meta"u8, out meta))
        {
            return true;
        }

        if (meta.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        if (!meta.TryGetProperty("tag"u8, out var tags))
        {
            return true;
        }

        if (tags.ValueKind != JsonValueKind.Array)
        {
            return false;
        }

        foreach (var coding in tags.EnumerateArray())
        {
            if (StrictJson.Text(coding, "system") == system)
            {
                return false;
            }
        }

        return true;
    }

    private static void WriteMeta(Utf8JsonWriter json, JsonElement meta, TokenValue tag)
    {
        var isWritten = false;
        json.WriteStartObject();
        if (meta.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in meta.EnumerateObject())
            {
                json.WritePropertyName(member.Name);
                if (!member.NameEquals("tag"u8))
                {
                    json.WriteRaw(member.Value);
                    continue;
                }

                WriteTags(json, member.Value, tag);
                isWritten = true;
            }
        }

        if (!isWritten)
        {
            json.WritePropertyName("tag"u8);
            WriteTags(json, default, tag);
        }

        json.WriteEndObject();
    }

    private static void WriteTags(Utf8JsonWriter json, JsonElement tags, TokenValue tag)
    {
        json.WriteStartArray();
        if (tags.ValueKind == JsonValueKind.Array)
        {
            foreach (var coding in tags.EnumerateArray())
            {
                json.WriteRaw(coding);
            }
        }

        json.WriteStartObject();
        json.WriteString("system"u8, tag.System);
        json.WriteString("code"u8, tag.Code);
        json.WriteEndObject();
        json.WriteEndArray();
    }
}

using System.Buffers;
using System.Text.Json;
using PhiGateway.Policy.Decision;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Forwarding;

/// <summary>Writes a batch or transaction anew from its entries, each in canonical form.</summary>
internal static class BundleWriter
{
    internal static byte[] Write(FhirRequest bundle, Permit permit)
    {
        // What narrows one type's search would break another's: the entries' answers are filtered all the same.
        var plain = permit with { Obligations = [.. permit.Obligations.Where(static obligation => obligation is not NarrowSearch)] };
        var output = new ArrayBufferWriter<byte>(bundle.Body.Length + 256);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteString("resourceType", "Bundle");
            json.WriteString("type", bundle.Interaction == Interaction.Transaction ? "transaction" : "batch");
            json.WriteStartArray("entry");
            foreach (var entry in bundle.Entries)
            {
                WriteEntry(json, entry, UpstreamCallFactory.Create(entry, plain));
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static void WriteEntry(Utf8JsonWriter json, FhirRequest entry, UpstreamCall call)
    {
        json.WriteStartObject();
        if (entry.FullUrl is not null)
        {
            json.WriteString("fullUrl", entry.FullUrl);
        }

        if (call.ContentType == "application/json-patch+json")
        {
            json.WriteStartObject("resource");
            json.WriteString("resourceType", "Binary");
            json.WriteString("contentType", call.ContentType);
            json.WriteBase64String("data", call.Body.Span);
            json.WriteEndObject();
        }
        else if (!call.Body.IsEmpty)
        {
            json.WritePropertyName("resource");
            json.WriteRawValue(call.Body.Span, skipInputValidation: true);
        }

        json.WriteStartObject("request");
        json.WriteString("method", call.Method);
        json.WriteString("url", call.PathAndQuery.TrimStart('/'));
        foreach (var (name, value) in call.Headers)
        {
            if (name is "If-Match" or "If-None-Exist")
            {
                json.WriteString(name == "If-Match" ? "ifMatch" : "ifNoneExist", value);
            }
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}

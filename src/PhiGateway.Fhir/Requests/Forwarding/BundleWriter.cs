using System.Buffers;
using System.Text.Json;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Forwarding;

/// <summary>Writes a transaction from the calls of its entries, each in canonical form, narrowed and tied to its version.</summary>
internal static class BundleWriter
{
    internal static byte[] Write(FhirRequest transaction, IReadOnlyList<UpstreamCall> calls)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(calls.Count, transaction.Entries.Count);
        var output = new ArrayBufferWriter<byte>(transaction.Body.Length + 256);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true }))
        {
            Begin(json, transaction);
            for (var i = 0; i < calls.Count; i++)
            {
                var call = calls[i];
                WriteEntry(
                    json,
                    new BundlePiece(
                        transaction.Entries[i].FullUrl,
                        call.Method,
                        call.PathAndQuery.TrimStart('/'),
                        call.ContentType,
                        call.Body,
                        Find(call, "If-Match"),
                        Find(call, "If-None-Exist")
                    )
                );
            }

            End(json);
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>Opens the Bundle, with what it says of itself; the entries follow.</summary>
    internal static void Begin(Utf8JsonWriter json, FhirRequest transaction)
    {
        json.WriteStartObject();
        json.WriteString("resourceType", "Bundle");
        BundleHead.Write(json, transaction.Body);
        json.WriteString("type", transaction.Interaction == Interaction.Transaction ? "transaction" : "batch");
        json.WriteStartArray("entry");
    }

    internal static void End(Utf8JsonWriter json)
    {
        json.WriteEndArray();
        json.WriteEndObject();
    }

    internal static void WriteEntry(Utf8JsonWriter json, BundlePiece piece)
    {
        json.WriteStartObject();
        if (piece.FullUrl is not null)
        {
            json.WriteString("fullUrl", piece.FullUrl);
        }

        if (HeaderGrammar.IsPatchInBinary(piece.ContentType))
        {
            // Between a transaction as it came and as its conditions were looked up; upstream goes what the patch comes to.
            json.WriteStartObject("resource");
            json.WriteString("resourceType", "Binary");
            json.WriteString("contentType", piece.ContentType);
            json.WriteBase64String("data", piece.Body.Span);
            json.WriteEndObject();
        }
        else if (!piece.Body.IsEmpty)
        {
            json.WritePropertyName("resource");
            json.WriteRawValue(piece.Body.Span, skipInputValidation: true);
        }

        json.WriteStartObject("request");
        json.WriteString("method", piece.Method);
        json.WriteString("url", piece.Url);
        if (piece.IfMatch is not null)
        {
            json.WriteString("ifMatch", piece.IfMatch);
        }

        if (piece.IfNoneExist is not null)
        {
            json.WriteString("ifNoneExist", piece.IfNoneExist);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string? Find(UpstreamCall call, string name)
    {
        foreach (var header in call.Headers)
        {
            if (header.Key == name)
            {
                return header.Value;
            }
        }

        return null;
    }
}

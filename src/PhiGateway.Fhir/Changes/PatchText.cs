using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PhiGateway.Fhir.Changes;

/// <summary>Reads and writes the documents that patches change, and says how large a piece of one is.</summary>
internal static class PatchText
{
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 1000, AllowDuplicateProperties = false };

    // What is not escaped in the stored version stays so: the body is JSON for a server, never text in a page.
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 1000 };

    /// <summary>A document's root object; null when it has another root.</summary>
    internal static JsonObject? Read(ReadOnlySpan<byte> json) => JsonNode.Parse(json, nodeOptions: null, Reading) as JsonObject;

    internal static byte[] Write(JsonNode root)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(output, Writing))
        {
            root.WriteTo(writer);
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>Takes about the size of a piece out of a budget; false when it is spent. Never walks further than the budget reaches.</summary>
    internal static bool TrySpend(JsonNode? node, ref long budget)
    {
        budget -= 8;
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members)
                {
                    budget -= name.Length + 4L;
                    if (budget < 0 || !TrySpend(value, ref budget))
                    {
                        return false;
                    }
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    if (!TrySpend(item, ref budget))
                    {
                        return false;
                    }
                }

                break;
            case JsonValue value when value.TryGetValue<string>(out var text):
                budget -= text.Length;
                break;
        }

        return budget >= 0;
    }
}

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

    /// <summary>
    /// The document that a patch came to, without the lists and objects that it left empty: FHIR's JSON has none (R4 json, "no empty arrays"),
    /// and a server that applies the patch to its own model has none either.
    /// </summary>
    internal static byte[] Write(JsonNode root)
    {
        DropEmpty(root);
        return Write(writer => root.WriteTo(writer));
    }

    /// <summary>A text of JSON, in the same spelling.</summary>
    internal static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(output, Writing))
        {
            write(writer);
        }

        return output.WrittenSpan.ToArray();
    }

    // Beside: what accompanies the values of a primitive, under its name with an underscore.
    private static bool DropEmpty(JsonNode? node, bool isBeside = false)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (
                    var name in members
                        .Where(static member => DropEmpty(member.Value, member.Key.StartsWith('_')))
                        .Select(static member => member.Key)
                        .ToList()
                )
                {
                    members.Remove(name);
                }

                return members.Count == 0;
            case JsonArray items when isBeside:
                // Each is said of the value that has its place: what is emptied leaves a null there.
                for (var i = 0; i < items.Count; i++)
                {
                    if (DropEmpty(items[i]))
                    {
                        items[i] = null;
                    }
                }

                return items.All(static item => item is null);
            case JsonArray items:
                // A null keeps its place: beside it stands what accompanies a primitive.
                for (var i = items.Count - 1; i >= 0; i--)
                {
                    if (DropEmpty(items[i]))
                    {
                        items.RemoveAt(i);
                    }
                }

                return items.Count == 0;
            default:
                return false;
        }
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

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PhiGateway.Fhir.Changes;

/// <summary>Reads and writes the documents that patches change, and says how large a piece of one is.</summary>
internal static class PatchText
{
    /// <summary>As deep as a document is read and written; what a patch puts together is no deeper on the way, either.</summary>
    internal const int MaxDepth = 1000;

    // What a piece takes in memory beside its text.
    private const int PieceBytes = 128;

    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    // What is not escaped in the stored version stays so: the body is JSON for a server, never text in a page.
    private static readonly JsonWriterOptions Writing = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = MaxDepth,
    };

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
                DropEmptyMembers(members);
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
                DropEmptyItems(items);
                return items.Count == 0;
            default:
                return false;
        }
    }

    // What stays is put back all at once: to take out one after the other costs the square of how many there are.
    private static void DropEmptyMembers(JsonObject members)
    {
        List<KeyValuePair<string, JsonNode?>>? kept = null;
        var place = 0;
        foreach (var member in members)
        {
            if (DropEmpty(member.Value, member.Key.StartsWith('_')))
            {
                kept ??= [.. members.Take(place)];
            }
            else
            {
                kept?.Add(member);
            }

            place++;
        }

        if (kept is null)
        {
            return;
        }

        members.Clear();
        foreach (var member in kept)
        {
            members.Add(member);
        }
    }

    // A null keeps its place: beside it stands what accompanies a primitive.
    private static void DropEmptyItems(JsonArray items)
    {
        List<JsonNode?>? kept = null;
        for (var i = 0; i < items.Count; i++)
        {
            if (DropEmpty(items[i]))
            {
                kept ??= [.. items.Take(i)];
            }
            else
            {
                kept?.Add(items[i]);
            }
        }

        if (kept is null)
        {
            return;
        }

        items.Clear();
        foreach (var item in kept)
        {
            items.Add(item);
        }
    }

    /// <summary>
    /// Takes about what a piece takes in memory out of a budget; false when it is spent, or the piece is deeper than it may be where it shall
    /// stand. Never walks further than the budget reaches.
    /// </summary>
    /// <param name="node">The piece.</param>
    /// <param name="levels">How deep it may be; never more than <see cref="MaxDepth"/>.</param>
    /// <param name="budget">What is left.</param>
    internal static bool TrySpend(JsonNode? node, int levels, ref long budget)
    {
        budget -= PieceBytes;
        if (budget < 0 || levels <= 0)
        {
            return false;
        }

        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members)
                {
                    budget -= name.Length;
                    if (!TrySpend(value, levels - 1, ref budget))
                    {
                        return false;
                    }
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    if (!TrySpend(item, levels - 1, ref budget))
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

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Editing;

/// <summary>
/// Reads and writes the note that says how often something was given since an approval: in a task how many patients it has been for, in an
/// approval how many those had been for that are there no longer, in an alert how many had been told. Written by <see cref="TaskCount"/>.
/// </summary>
/// <remarks>Security: it counts what was given, not what is there, so neither closing nor deleting nor rewriting a task takes it back.</remarks>
internal static class TaskNote
{
    /// <summary>Name of the note: the revision on which the approval was given, and the number since.</summary>
    public const string Name = "_given";

    // As it is written, and as no text within a document can read: quotation marks of a text are escaped.
    private const string Mark = "\"" + Name + "\":[";

    /// <summary>The number since the approval that was given on a revision; null: the document does not say.</summary>
    /// <remarks>Asked of every task of a client at each write of one: it parses no document.</remarks>
    public static int? Find(RegistryItem item, long seen)
    {
        var start = item.Json.LastIndexOf(Mark, StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        var text = item.Json.AsSpan(start + Mark.Length);
        var (comma, end) = (text.IndexOf(','), text.IndexOf(']'));
        return
            comma > 0
            && end > comma
            && long.TryParse(text[..comma], NumberStyles.None, CultureInfo.InvariantCulture, out var since)
            && since == seen
            && int.TryParse(text[(comma + 1)..end], NumberStyles.None, CultureInfo.InvariantCulture, out var times)
            ? times
            : null;
    }

    /// <summary>The stored form of a document that says the number.</summary>
    public static string With(string json, long seen, int times)
    {
        var form = JsonNode.Parse(json) as JsonObject ?? throw new JsonException("A document is a JSON object.");
        form[Name] = new JsonArray(JsonValue.Create(seen), JsonValue.Create(times));
        return form.ToJsonString();
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using PhiGateway.Policy.Validation;

namespace PhiGateway.RegistryFiles.Documents;

/// <summary>
/// Finds texts in a body that hold more than they show (see <see cref="ShownText"/>), at every depth, names of members included; asked of
/// whatever is written into the registry and of the bodies of verbs.
/// </summary>
public static class HiddenText
{
    /// <summary>Every such text with its place.</summary>
    /// <param name="node">What was sent.</param>
    /// <param name="prefix">Its pointer within a larger body.</param>
    public static IReadOnlyList<ProblemPointer> Find(JsonNode? node, string prefix = "")
    {
        // Places are put together only where there is something to find: files are large.
        if (!Exists(node))
        {
            return [];
        }

        var findings = new List<ProblemPointer>();
        Walk(node, prefix, findings);
        return findings;
    }

    private static bool Exists(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject json:
                foreach (var (name, value) in json)
                {
                    if (!ShownText.IsLine(name) || Exists(value))
                    {
                        return true;
                    }
                }

                return false;
            case JsonArray array:
                foreach (var value in array)
                {
                    if (Exists(value))
                    {
                        return true;
                    }
                }

                return false;
            default:
                return node is JsonValue text && !IsShown(text);
        }
    }

    private static void Walk(JsonNode? node, string pointer, List<ProblemPointer> findings)
    {
        switch (node)
        {
            case JsonObject json:
                foreach (var (name, value) in json)
                {
                    if (ShownText.IsLine(name))
                    {
                        Walk(value, pointer + DocumentJson.Pointer([name]), findings);
                    }
                    else
                    {
                        findings.Add(Finding(pointer));
                    }
                }

                break;
            case JsonArray array:
                for (var place = 0; place < array.Count; place++)
                {
                    Walk(array[place], string.Create(CultureInfo.InvariantCulture, $"{pointer}/{place}"), findings);
                }

                break;
            case JsonValue value when !IsShown(value):
                findings.Add(Finding(pointer));
                break;
            default:
                break;
        }
    }

    // Numbers, moments and the like show all they are; half of a surrogate pair is no text at all.
    private static bool IsShown(JsonValue value)
    {
        try
        {
            return !value.TryGetValue<string>(out var text) || ShownText.IsText(text);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static ProblemPointer Finding(string pointer) =>
        new(pointer, "not-shown", "A text without control characters, and without characters that are not shown, is expected.");
}

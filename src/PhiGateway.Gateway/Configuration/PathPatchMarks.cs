using System.Text.Json;

namespace PhiGateway.Gateway.Configuration;

/// <summary>
/// Finds in a FHIRPath Patch members of <c>meta</c> that are not FHIR's, which are no members of its JSON: a path names them, or a part;
/// and changes within an extension that is a mark, or may be one, in a <c>meta</c>. Used beside <see cref="RoutingMarks"/>, for a patch that
/// the upstream applies.
/// </summary>
internal static class PathPatchMarks
{
    private const string Meta = "meta";
    private const string Extension = "extension";
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 1000 };

    /// <summary>Whether any operation reaches for one.</summary>
    /// <param name="patch">The patch as it was written anew from what was understood: each operation whole, each part once.</param>
    /// <param name="marks">Those of its route.</param>
    public static bool AreIn(ReadOnlyMemory<byte> patch, RoutingMarks marks)
    {
        using var document = JsonDocument.Parse(patch, Reading);
        return document.RootElement.GetProperty("parameter").EnumerateArray().Any(operation => ReachesForMark(operation, marks));
    }

    private static bool ReachesForMark(JsonElement operation, RoutingMarks marks)
    {
        var (path, name, value) = (string.Empty, string.Empty, default(JsonElement));
        foreach (var part in operation.GetProperty("part").EnumerateArray())
        {
            switch (part.GetProperty("name").GetString())
            {
                case "path":
                    path = part.GetProperty("valueString").GetString()!;
                    break;
                case "name":
                    name = part.GetProperty("valueString").GetString()!;
                    break;
                case "value":
                    value = part;
                    break;
            }
        }

        // An element that is added is named apart from the path to it.
        var steps = StepsOf(path);
        if (name.Length > 0)
        {
            steps.Add(name);
        }

        for (var i = 1; i < steps.Count; i++)
        {
            // Which of its extensions is changed, only the server sees.
            var isWithin = steps[i] == Extension && i < steps.Count - 1;
            if (IsMeta(steps[i - 1]) && (isWithin || !RoutingMarks.IsMetaMember(steps[i])))
            {
                return true;
            }
        }

        // What takes a whole extension away leaves no order, and one that is put there names itself.
        if (steps is not [.., Extension] && marks.AreNamedIn(path))
        {
            return true;
        }

        var isMeta = steps is [.., var last] && IsMeta(last);
        return value.ValueKind == JsonValueKind.Object && (HoldsMark(value) || (isMeta && GivesMark(value)));
    }

    // What is said of a meta wherever it stands in a value: by a part of that name, or as a value of that type.
    private static bool HoldsMark(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Array => value.EnumerateArray().Any(HoldsMark),
            JsonValueKind.Object => IsPartOfMeta(value) || value.EnumerateObject().Any(HoldsMarkIn),
            _ => false,
        };

    private static bool HoldsMarkIn(JsonProperty member) =>
        (member.Name == "valueMeta" && HasMark(member.Value)) || HoldsMark(member.Value);

    private static bool IsPartOfMeta(JsonElement part) =>
        part.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String && IsMeta(name.GetString()!) && GivesMark(part);

    // The members that a part gives to the meta that it stands for: those of its value, and its own parts.
    private static bool GivesMark(JsonElement part) =>
        part.EnumerateObject()
            .Any(static member =>
                member.Value.ValueKind == JsonValueKind.Array ? member.Value.EnumerateArray().Any(IsMark) : HasMark(member.Value)
            );

    private static bool IsMark(JsonElement part) =>
        part.ValueKind != JsonValueKind.Object
        || !part.TryGetProperty("name", out var name)
        || name.ValueKind != JsonValueKind.String
        || !RoutingMarks.IsMetaMember(name.GetString()!);

    private static bool HasMark(JsonElement meta) =>
        meta.ValueKind == JsonValueKind.Object && meta.EnumerateObject().Any(static member => !RoutingMarks.IsMetaMember(member.Name));

    // Lenient servers match names without regard to case.
    private static bool IsMeta(string name) => name.Equals(Meta, StringComparison.OrdinalIgnoreCase);

    // The elements on the way, in their order: without indexes, texts, and functions with what they are given.
    private static List<string> StepsOf(string path)
    {
        var steps = new List<string>();
        var text = string.Concat(path.Split('\'').Where(static (_, place) => place % 2 == 0));
        var at = 0;
        while (at < text.Length)
        {
            var start = at;
            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_'))
            {
                at++;
            }

            if (at == start)
            {
                at++;
                continue;
            }

            var isFunction = at < text.Length && text[at] == '(';
            if (!char.IsAsciiDigit(text[start]) && (!isFunction || text[start..at] == Extension))
            {
                steps.Add(text[start..at]);
            }

            at = isFunction ? EndOf(text, at) : at;
        }

        return steps;
    }

    // The place behind the bracket that closes the one that stands here.
    private static int EndOf(string text, int at)
    {
        var open = 0;
        do
        {
            open += text[at] switch
            {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            at++;
        } while (open > 0 && at < text.Length);

        return at;
    }
}

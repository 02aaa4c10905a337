using System.Text.Json;

namespace PhiGateway.Apis;

/// <summary>
/// A JSON pointer (RFC 6901) in which <c>*</c> stands for every element of an array; there is no way to name one element by its number.
/// </summary>
internal sealed class JsonPointer
{
    private JsonPointer(string text, string[] steps) => (Text, Steps) = (text, steps);

    public string Text { get; }

    /// <summary>Member names, unescaped; null stands for every element.</summary>
    public IReadOnlyList<string?> Steps { get; }

    /// <summary>Whether it ends at array elements.</summary>
    public bool EndsInEach => Steps.Count > 0 && Steps[^1] is null;

    /// <summary>Reads a pointer; null for text that is none, or that holds an empty member name.</summary>
    public static JsonPointer? TryParse(string? text)
    {
        if (text is null || text.Length < 2 || text[0] != '/')
        {
            return null;
        }

        var steps = text[1..].Split('/');
        for (var i = 0; i < steps.Length; i++)
        {
            if (steps[i].Length == 0 || HasStrayTilde(steps[i]))
            {
                return null;
            }

            steps[i] =
                steps[i] == "*"
                    ? null!
                    : steps[i].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        }

        return new JsonPointer(text, steps);
    }

    /// <summary>Visits every value it leads to.</summary>
    /// <returns>What was found on the way.</returns>
    public PointerOutcome Visit<TState>(JsonElement root, TState state, Func<JsonElement, TState, bool> take) => Walk(root, 0, state, take);

    /// <summary>Whether in a member of the root nothing stands but the way to what this points at.</summary>
    public bool IsAllOf(JsonProperty member) => member.Name == Steps[0] && IsAllOf(member.Value, 1);

    private bool IsAllOf(JsonElement element, int step)
    {
        if (step == Steps.Count)
        {
            return true;
        }

        return Steps[step] is { } name
            ? element.ValueKind == JsonValueKind.Object
                && element.EnumerateObject().All(member => member.Name == name && IsAllOf(member.Value, step + 1))
            : element.ValueKind == JsonValueKind.Array && element.EnumerateArray().All(item => IsAllOf(item, step + 1));
    }

    private static bool HasStrayTilde(string step)
    {
        for (var at = step.IndexOf('~', StringComparison.Ordinal); at >= 0; at = step.IndexOf('~', at + 1))
        {
            if (at + 1 >= step.Length || step[at + 1] is not ('0' or '1'))
            {
                return true;
            }
        }

        return false;
    }

    private PointerOutcome Walk<TState>(JsonElement element, int step, TState state, Func<JsonElement, TState, bool> take)
    {
        if (step == Steps.Count)
        {
            if (element.ValueKind == JsonValueKind.Null)
            {
                return PointerOutcome.Absent;
            }

            return take(element, state) ? PointerOutcome.Found : PointerOutcome.WrongType;
        }

        if (Steps[step] is { } name)
        {
            return element.ValueKind switch
            {
                // Another reader may take a name in another letter case for this one.
                JsonValueKind.Object when HasOtherCase(element, name) => PointerOutcome.WrongType,
                JsonValueKind.Object when element.TryGetProperty(name, out var member) => Walk(member, step + 1, state, take),
                JsonValueKind.Object => PointerOutcome.Absent,
                JsonValueKind.Null => PointerOutcome.Absent,
                _ => PointerOutcome.WrongType,
            };
        }

        if (element.ValueKind != JsonValueKind.Array)
        {
            return element.ValueKind == JsonValueKind.Null ? PointerOutcome.Absent : PointerOutcome.WrongType;
        }

        var outcome = PointerOutcome.Absent;
        var first = true;
        foreach (var item in element.EnumerateArray())
        {
            var found = Walk(item, step + 1, state, take);
            outcome = first ? found : Worse(outcome, found);
            first = false;
        }

        return outcome;
    }

    private static bool HasOtherCase(JsonElement element, string name)
    {
        foreach (var member in element.EnumerateObject())
        {
            if (
                member.Name.Length == name.Length
                && member.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
                && !member.Name.Equals(name, StringComparison.Ordinal)
            )
            {
                return true;
            }
        }

        return false;
    }

    private static PointerOutcome Worse(PointerOutcome one, PointerOutcome other) => one < other ? one : other;
}

/// <summary>The result of following a pointer; with several values, the worst of theirs.</summary>
internal enum PointerOutcome : byte
{
    /// <summary>Something on the way, or the value, is not of the kind it must be.</summary>
    WrongType = 0,

    /// <summary>Not there, or null.</summary>
    Absent,
    Found,
}

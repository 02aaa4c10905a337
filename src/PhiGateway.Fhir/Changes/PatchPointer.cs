using System.Globalization;
using System.Text.Json.Nodes;

namespace PhiGateway.Fhir.Changes;

/// <summary>A JSON Pointer (RFC 6901) of at least one step, as a patch uses it.</summary>
internal sealed class PatchPointer
{
    private const int MaxSteps = 100;

    private PatchPointer(string[] steps) => Steps = steps;

    /// <summary>Decoded steps.</summary>
    internal string[] Steps { get; }

    internal string Last => Steps[^1];

    /// <summary>The pointer as it is written.</summary>
    internal string Text => string.Concat(Steps.Select(static step => $"/{Encode(step)}"));

    /// <summary>Null for what is no pointer, and for the whole document.</summary>
    internal static PatchPointer? Read(string? text)
    {
        if (text is not ['/', ..])
        {
            return null;
        }

        var steps = text[1..].Split('/');
        if (steps.Length > MaxSteps)
        {
            return null;
        }

        for (var place = 0; place < steps.Length; place++)
        {
            if (!TryDecode(steps[place], out steps[place]))
            {
                return null;
            }
        }

        return new PatchPointer(steps);
    }

    /// <summary>Whether this is the other's place or lies below it.</summary>
    internal bool IsWithin(PatchPointer other) =>
        Steps.Length >= other.Steps.Length && Steps.AsSpan(0, other.Steps.Length).SequenceEqual(other.Steps);

    /// <summary>The object or list that the last step is of; null when there is none.</summary>
    internal JsonNode? FindParent(JsonObject root)
    {
        JsonNode? node = root;
        for (var place = 0; place < Steps.Length - 1 && node is not null; place++)
        {
            node = node switch
            {
                JsonObject members => members[Steps[place]],
                JsonArray items when TryIndex(Steps[place], items.Count - 1, out var index) => items[index],
                _ => null,
            };
        }

        return node;
    }

    /// <summary>An index of a list: digits without a leading zero, not beyond the last.</summary>
    internal static bool TryIndex(string step, int last, out int index)
    {
        index = -1;
        return step.Length is > 0 and < 10
            && (step[0] != '0' || step.Length == 1)
            && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out index)
            && index <= last;
    }

    private static string Encode(string step) =>
        step.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private static bool TryDecode(string step, out string decoded)
    {
        decoded = step;
        var tilde = step.IndexOf('~', StringComparison.Ordinal);
        while (tilde >= 0)
        {
            if (tilde + 1 >= step.Length || step[tilde + 1] is not ('0' or '1'))
            {
                return false;
            }

            tilde = step.IndexOf('~', tilde + 1);
        }

        decoded = step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        return true;
    }
}

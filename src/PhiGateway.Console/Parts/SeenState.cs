namespace PhiGateway.Console.Parts;

/// <summary>
/// Writes what a page showed of something into one line that goes along with its form, and says what of it is different now: two people at
/// once are told what the other one did.
/// </summary>
internal static class SeenState
{
    private const string Nothing = "–";

    /// <summary>One line of named values.</summary>
    public static string Of(params ReadOnlySpan<(string Name, string? Value)> parts)
    {
        var words = new List<string>(parts.Length);
        foreach (var (name, value) in parts)
        {
            words.Add($"{name}: {Plain(value)}");
        }

        return string.Join("; ", words);
    }

    /// <summary>What is different, in words; empty: nothing is, or what was seen is not known.</summary>
    public static IReadOnlyList<string> Differences(string? seen, string? now)
    {
        if (seen is null || now is null)
        {
            return [];
        }

        var before = Read(seen);
        return
        [
            .. Read(now)
                .Where(part => before.TryGetValue(part.Key, out var was) && was != part.Value)
                .Select(part => $"{part.Key} was {before[part.Key]}, and is {part.Value}"),
        ];
    }

    private static string Plain(string? value) =>
        string.IsNullOrWhiteSpace(value) ? Nothing : value.ReplaceLineEndings(" ").Replace(';', ',').Trim();

    private static Dictionary<string, string> Read(string line)
    {
        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in line.Split("; "))
        {
            if (part.Split(": ", 2) is [var name, var value])
            {
                parts[name] = value;
            }
        }

        return parts;
    }
}

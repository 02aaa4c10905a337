namespace PhiGateway.Policy.Validation;

/// <summary>
/// Finds the known name that a misspelt one was most likely meant to be; for the words of refusals of keys, members and parameters.
/// </summary>
public static class NearestName
{
    // Longer names are no misspellings of ours, and comparing them costs their lengths multiplied.
    private const int MaxLength = 80;

    /// <summary>The nearest of the known names; null: none is near.</summary>
    public static string? Find(string name, IEnumerable<string> known)
    {
        if (name.Length is 0 or > MaxLength)
        {
            return null;
        }

        string? nearest = null;
        var written = Plain(name);
        var least = Math.Max(1, written.Length / 3) + 1;
        foreach (var candidate in known)
        {
            var distance = candidate.Length > MaxLength ? int.MaxValue : Distance(written, Plain(candidate));
            if (distance < least)
            {
                (nearest, least) = (candidate, distance);
            }
        }

        return nearest;
    }

    /// <summary>A sentence to put behind a refusal, with a blank before it; empty: there is nothing to say.</summary>
    public static string Hint(string name, IEnumerable<string> known) =>
        Find(name, known) is { } nearest ? $" Did you mean '{nearest}'?" : string.Empty;

    // Case and what separates words are how a name is written, not which it is.
    private static string Plain(string name) =>
        string.Concat(name.Where(static c => c is not ('_' or '-' or '.' or ' '))).ToUpperInvariant();

    // How many letters are put in, left out, changed, or have changed places.
    private static int Distance(string one, string other)
    {
        var (before, last, now) = (new int[other.Length + 1], new int[other.Length + 1], new int[other.Length + 1]);
        for (var j = 0; j <= other.Length; j++)
        {
            last[j] = j;
        }

        for (var i = 1; i <= one.Length; i++)
        {
            now[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var changed = last[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
                now[j] = Math.Min(changed, Math.Min(last[j], now[j - 1]) + 1);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                {
                    now[j] = Math.Min(now[j], before[j - 2] + 1);
                }
            }

            (before, last, now) = (last, now, before);
        }

        return last[other.Length];
    }
}

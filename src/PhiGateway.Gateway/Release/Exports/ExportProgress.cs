using System.Buffers;

namespace PhiGateway.Gateway.Release.Exports;

/// <summary>
/// Reads how far an export is (Bulk Data Access 2, X-Progress) out of the upstream's own words, which may hold anything: known words and a
/// share in percent leave, names and counts do not. Asked when a job is polled.
/// </summary>
/// <remarks>Security: how many records there are counts those that are withheld.</remarks>
internal static class ExportProgress
{
    private const int Longest = 100;

    private static readonly SearchValues<char> Between = SearchValues.Create(" ,.;:()-_/");

    private static readonly HashSet<string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        "accepted",
        "active",
        "and",
        "building",
        "build",
        "complete",
        "completed",
        "done",
        "export",
        "exporting",
        "files",
        "finished",
        "in",
        "is",
        "job",
        "of",
        "pending",
        "percent",
        "preparing",
        "processing",
        "progress",
        "queued",
        "running",
        "started",
        "status",
        "still",
        "submitted",
        "the",
        "waiting",
        "working",
        "writing",
    };

    /// <summary>What the client may be told; null: nothing of it.</summary>
    public static string? Of(string? said)
    {
        if (said is null or { Length: 0 or > Longest } || said.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return null;
        }

        string? share = null;
        var isKnown = true;
        foreach (var range in said.AsSpan().SplitAny(Between))
        {
            var word = said.AsSpan(range);
            if (IsShare(word))
            {
                share = $"{word}";
            }
            else
            {
                isKnown &= word.IsEmpty || Known.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);
            }
        }

        return isKnown ? said : share;
    }

    // 7% or 100%; a fraction is cut at its point.
    private static bool IsShare(ReadOnlySpan<char> word) =>
        word is [.., '%'] && word.Length is > 1 and <= 4 && word[..^1].IndexOfAnyExceptInRange('0', '9') < 0;
}

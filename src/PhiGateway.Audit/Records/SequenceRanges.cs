using System.Globalization;
using System.Text;

namespace PhiGateway.Audit.Records;

/// <summary>
/// Writes and reads places in one log as text: ranges in rising order, both ends included, such as <c>120-180,182,190-200</c>. Written into
/// the delivery of many answers; read by recovery and by whoever asks what became of one.
/// </summary>
public static class SequenceRanges
{
    /// <summary>Writes the places.</summary>
    /// <param name="rising">Each once, in rising order; at least one.</param>
    public static string Write(ReadOnlySpan<long> rising)
    {
        ArgumentOutOfRangeException.ThrowIfZero(rising.Length, nameof(rising));
        var text = new StringBuilder(rising.Length);
        for (var from = 0; from < rising.Length; )
        {
            var to = from;
            while (to + 1 < rising.Length && rising[to + 1] == rising[to] + 1)
            {
                to++;
            }

            _ = text.Append(from == 0 ? string.Empty : ",").Append(rising[from]);
            if (to > from)
            {
                _ = text.Append('-').Append(rising[to]);
            }

            from = to + 1;
        }

        return text.ToString();
    }

    /// <summary>Reads the places.</summary>
    /// <returns>False when the text is no such list: nothing it says may be believed then.</returns>
    public static bool TryRead(string? text, out IReadOnlyList<SequenceRange> ranges)
    {
        var found = new List<SequenceRange>();
        ranges = found;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var before = -1L;
        foreach (var part in text.AsSpan().Split(','))
        {
            if (!TryRead(text.AsSpan(part), out var range) || range.First <= before)
            {
                found.Clear();
                return false;
            }

            before = range.Last;
            found.Add(range);
        }

        return true;
    }

    /// <summary>Whether a place is among those that the text names; false for a text that cannot be read.</summary>
    public static bool Covers(string? text, long sequence)
    {
        _ = TryRead(text, out var ranges);
        return ranges.Any(range => range.First <= sequence && sequence <= range.Last);
    }

    private static bool TryRead(ReadOnlySpan<char> part, out SequenceRange range)
    {
        var dash = part.IndexOf('-');
        var first = dash < 0 ? part : part[..dash];
        var last = dash < 0 ? part : part[(dash + 1)..];
        var isRead =
            long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            & long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var to);
        range = new SequenceRange(from, to);
        return isRead && from <= to;
    }
}

/// <summary>A range of consecutive places in a log.</summary>
/// <param name="First">The lowest.</param>
/// <param name="Last">The highest; the same as the first for one place.</param>
public readonly record struct SequenceRange(long First, long Last);

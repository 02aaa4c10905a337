using System.Globalization;

namespace PhiGateway.Watch.Feed;

/// <summary>
/// The bounds of a search that asks for values in a range, such as <c>value-quantity=gt5</c>: of one parameter, with everything else that it
/// asks for hashed. PHI for a moment.
/// </summary>
/// <param name="Shape">All that the search asks for but the numbers: two searches that differ in them alone have the same.</param>
/// <param name="Low">The lower bound; minus infinity: none.</param>
/// <param name="High">The upper bound; infinity: none.</param>
internal readonly record struct SearchRange(ulong Shape, double Low, double High)
{
    private const int MostCharacters = 2048;

    /// <summary>The one bound of a search that has one.</summary>
    public double Probe => double.IsNegativeInfinity(Low) ? High : Low;

    /// <summary>Whether it has both.</summary>
    public bool IsWindow => !double.IsNegativeInfinity(Low) && !double.IsPositiveInfinity(High);

    /// <summary>Reads them; null where the search has no bounds, has them of several parameters, or its parameters stand in a body.</summary>
    /// <param name="interaction">The interaction.</param>
    /// <param name="target">The target as it was sent.</param>
    public static SearchRange? Of(string? interaction, string? target)
    {
        if (target is null || target.Length > MostCharacters || interaction?.StartsWith("search", StringComparison.Ordinal) != true)
        {
            return null;
        }

        var at = target.IndexOf('?', StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var shape = StableHash.Of(target.AsSpan(0, at));
        var (low, high) = (double.NegativeInfinity, double.PositiveInfinity);
        ReadOnlySpan<char> bounded = [];
        var text = target.AsSpan(at + 1);
        foreach (var part in text.Split('&'))
        {
            var pair = text[part];
            var equals = pair.IndexOf('=');
            var name = equals < 0 ? pair : pair[..equals];
            if (equals < 0 || !TryBound(pair[(equals + 1)..], out var isLower, out var value))
            {
                // Parameters in any order are the same search.
                shape ^= StableHash.Of(pair);
                continue;
            }

            if (!bounded.IsEmpty && !bounded.SequenceEqual(name))
            {
                return null;
            }

            bounded = name;
            (low, high) = isLower ? (value, high) : (low, value);
        }

        return bounded.IsEmpty ? null : new SearchRange(shape ^ StableHash.Of(bounded), low, high);
    }

    // A prefix of FHIR's and a number or a date; what stands behind a bar is the unit.
    private static bool TryBound(ReadOnlySpan<char> text, out bool isLower, out double value)
    {
        (isLower, value) = (false, 0);
        if (text.Length < 3)
        {
            return false;
        }

        switch (text[..2])
        {
            case "gt" or "ge" or "sa":
                isLower = true;
                break;
            case "lt" or "le" or "eb":
                break;
            default:
                return false;
        }

        var number = text[2..];
        var unit = number.IndexOfAny('|', '%');
        number = unit < 0 ? number : number[..unit];
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
            ? double.IsFinite(value)
            : TryDate(number, out value);
    }

    private static bool TryDate(ReadOnlySpan<char> text, out double value)
    {
        value = 0;
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment))
        {
            return false;
        }

        value = moment.UtcTicks / (double)TimeSpan.TicksPerSecond;
        return true;
    }
}

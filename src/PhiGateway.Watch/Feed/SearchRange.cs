using System.Globalization;
using PhiGateway.Audit.Records;

namespace PhiGateway.Watch.Feed;

/// <summary>
/// The bounds of a search that asks for values in a range, such as <c>value-quantity=gt5</c>: of one parameter, with everything else that it
/// asks for hashed. PHI for a moment.
/// </summary>
/// <param name="Shape">All that the search asks for but these bounds: two searches that differ in them alone have the same.</param>
/// <param name="Low">The lower bound; minus infinity: none.</param>
/// <param name="High">The upper bound; infinity: none.</param>
/// <param name="Rest">All that it asks for without bounds: two searches that differ in any bounds alone have the same.</param>
internal readonly record struct SearchRange(ulong Shape, double Low, double High, ulong Rest = 0)
{
    // Of more bounded parameters the others are what else it asks for.
    private const int Most = 4;

    private const int MostOfName = 96;
    private const int MostOfValue = 64;
    private const string ByForm = "/_search";

    /// <summary>The one bound of a search that has one.</summary>
    public double Probe => double.IsNegativeInfinity(Low) ? High : Low;

    /// <summary>Whether it has both.</summary>
    public bool IsWindow => !double.IsNegativeInfinity(Low) && !double.IsPositiveInfinity(High);

    /// <summary>Reads them, of each parameter that has bounds; empty where none has.</summary>
    /// <param name="interaction">The interaction.</param>
    /// <param name="target">The target as it was sent …</param>
    /// <param name="form">… and the body of a search by POST, as far as its record holds it; null: there is none.</param>
    /// <remarks>
    /// Security: what asks for the same is the same search, however it is written: by GET or POST, in any order, with characters encoded that
    /// need not be, with another form of answer, beside bounds that never change.
    /// </remarks>
    public static IReadOnlyList<SearchRange> Of(string? interaction, string? target, string? form = null)
    {
        if (target is null || interaction?.StartsWith("search", StringComparison.Ordinal) != true)
        {
            return [];
        }

        var at = target.IndexOf('?', StringComparison.Ordinal);
        if (at < 0 && form is null)
        {
            return [];
        }

        var path = at < 0 ? target.AsSpan() : target.AsSpan(0, at);
        path = path.EndsWith(ByForm, StringComparison.Ordinal) ? path[..^ByForm.Length] : path;
        var bounds = new Bounds(StableHash.Of(path), stackalloc Bound[Most]);
        bounds.Add(at < 0 ? [] : target.AsSpan(at + 1));
        bounds.Add(form);
        return bounds.ToRanges();
    }

    // Of a list that one of its values is enough for: the widest. A list of both kinds leaves a gap and is no bound.
    private static bool TryBounds(ReadOnlySpan<char> text, out ulong beside, out bool isLower, out double value)
    {
        (beside, isLower, value) = (0, false, double.NaN);
        foreach (var one in text.Split(','))
        {
            if (!TryComponent(text[one], out var besideThis, out var isThisLower, out var bound))
            {
                return false;
            }

            if (!double.IsNaN(value) && (isThisLower, besideThis) != (isLower, beside))
            {
                return false;
            }

            (isLower, beside) = (isThisLower, besideThis);
            if (double.IsNaN(value))
            {
                value = bound;
            }
            else
            {
                value = isLower ? Math.Min(value, bound) : Math.Max(value, bound);
            }
        }

        return !double.IsNaN(value);
    }

    // Of a composite value (8480-6$gt120) the component that is a bound, and a hash of the others: with another code it is another search.
    private static bool TryComponent(ReadOnlySpan<char> item, out ulong beside, out bool isLower, out double value)
    {
        (beside, isLower, value) = (0, false, 0);
        if (!item.Contains('$'))
        {
            return TryBound(item, out isLower, out value);
        }

        var isFound = false;
        foreach (var part in item.Split('$'))
        {
            if (!isFound && TryBound(item[part], out isLower, out value))
            {
                isFound = true;
            }
            else
            {
                beside = unchecked((beside * 31) + StableHash.Of(item[part]));
            }
        }

        return isFound;
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
        var unit = number.IndexOf('|');
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

    // One parameter: a hash of its name, of what it was bounded by, and both ends.
    private record struct Bound(ulong Name, ulong Words, double Low, double High);

    private ref struct Bounds(ulong rest, Span<Bound> known)
    {
        private readonly Span<Bound> _known = known;
        private ulong _rest = rest;
        private int _count;

        public void Add(ReadOnlySpan<char> text)
        {
            foreach (var part in text.Split('&'))
            {
                if (!text[part].IsEmpty)
                {
                    AddOne(text[part]);
                }
            }
        }

        public readonly IReadOnlyList<SearchRange> ToRanges()
        {
            if (_count == 0)
            {
                return [];
            }

            var all = _rest;
            foreach (ref readonly var one in _known[.._count])
            {
                all ^= one.Words;
            }

            var ranges = new SearchRange[_count];
            for (var i = 0; i < ranges.Length; i++)
            {
                ref readonly var one = ref _known[i];
                ranges[i] = new SearchRange(all ^ one.Words ^ one.Name, one.Low, one.High, _rest);
            }

            return ranges;
        }

        private void AddOne(ReadOnlySpan<char> pair)
        {
            var equals = pair.IndexOf('=');
            Span<char> nameRoom = stackalloc char[MostOfName];
            var name = EncodedText.Decode(equals < 0 ? pair : pair[..equals], nameRoom);
            if (name.SequenceEqual(AskedForm.Left) || SearchShape.IsOfTheAnswer(name))
            {
                return;
            }

            // Parameters in any order are the same search.
            var words = StableHash.OfDecoded(pair);
            var raw = equals < 0 ? [] : pair[(equals + 1)..];
            // Security: all of it, or whoever writes a bound behind enough of others would never be followed.
            var isShort = raw.Length <= MostOfValue || !raw.Contains('%');
            Span<char> valueRoom = isShort ? stackalloc char[MostOfValue] : new char[raw.Length];
            var value = EncodedText.Decode(raw, valueRoom);
            if (!TryBounds(value, out var beside, out var isLower, out var end) || !TryFind(StableHash.Of(name) ^ beside, out var place))
            {
                _rest ^= words;
                return;
            }

            // All bounds of a parameter hold at once.
            ref var bound = ref _known[place];
            bound.Words ^= words;
            bound.Low = isLower ? Math.Max(bound.Low, end) : bound.Low;
            bound.High = isLower ? bound.High : Math.Min(bound.High, end);
        }

        private bool TryFind(ulong name, out int place)
        {
            for (place = 0; place < _count; place++)
            {
                if (_known[place].Name == name)
                {
                    return true;
                }
            }

            if (_count == _known.Length)
            {
                return false;
            }

            _known[_count++] = new Bound(name, 0, double.NegativeInfinity, double.PositiveInfinity);
            return true;
        }
    }
}

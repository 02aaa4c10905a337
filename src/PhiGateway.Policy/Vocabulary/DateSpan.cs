using System.Globalization;

namespace PhiGateway.Policy.Vocabulary;

/// <summary>The span of time that a FHIR date may mean: <c>2020</c> is that year. For date conditions on resources.</summary>
/// <param name="Low">First tick.</param>
/// <param name="High">Last tick.</param>
internal readonly record struct DateSpan(long Low, long High)
{
    private static readonly string[] Forms = ["yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"];

    /// <summary>Whether a value, prefix and all, is a date condition that can be checked.</summary>
    internal static bool IsCondition(string value) => TryRead(value.AsSpan(PrefixOf(value).Length), out _);

    /// <summary>Whether this date stands to another as a prefix says (R4 3.1.1.4.7); one that is not known means nothing.</summary>
    internal bool Meets(ReadOnlySpan<char> prefix, in DateSpan asked) =>
        prefix switch
        {
            "" or "eq" => Low >= asked.Low && High <= asked.High,
            "ne" => Low < asked.Low || High > asked.High,
            "gt" => High > asked.High,
            "lt" => Low < asked.Low,
            "ge" => High >= asked.Low,
            "le" => Low <= asked.High,
            "sa" => Low > asked.High,
            "eb" => High < asked.Low,
            _ => false,
        };

    /// <summary>The comparator before a date; empty when there is none, or one that cannot be checked.</summary>
    internal static ReadOnlySpan<char> PrefixOf(string value) =>
        value.Length > 2
        && char.IsAsciiLetterLower(value[0])
        && char.IsAsciiLetterLower(value[1])
        && !value.StartsWith("ap", StringComparison.Ordinal)
            ? value.AsSpan(0, 2)
            : default;

    /// <summary>Reads a date, a month, a year or a time; one without a zone is taken for UTC.</summary>
    internal static bool TryRead(ReadOnlySpan<char> text, out DateSpan span)
    {
        span = default;
        var culture = CultureInfo.InvariantCulture;
        if (text.Length == 4 && DateTime.TryParseExact(text, "yyyy", culture, DateTimeStyles.None, out var year))
        {
            span = Of(year, year.Year == 9999 ? DateTime.MaxValue : year.AddYears(1).AddTicks(-1));
            return true;
        }

        if (text.Length == 7 && DateTime.TryParseExact(text, "yyyy-MM", culture, DateTimeStyles.None, out var month))
        {
            span = Of(month, month is { Year: 9999, Month: 12 } ? DateTime.MaxValue : month.AddMonths(1).AddTicks(-1));
            return true;
        }

        if (text.Length == 10 && DateTime.TryParseExact(text, "yyyy-MM-dd", culture, DateTimeStyles.None, out var day))
        {
            span = Of(day, day.Date.AddTicks(TimeSpan.TicksPerDay - 1));
            return true;
        }

        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        for (var place = 0; place < Forms.Length && text.Length > 15; place++)
        {
            if (DateTime.TryParseExact(text, Forms[place], culture, Utc, out var time))
            {
                var width = place switch
                {
                    0 => TimeSpan.TicksPerMinute,
                    1 => TimeSpan.TicksPerSecond,
                    _ => 1,
                };
                span = Of(time, time.AddTicks(width - 1));
                return true;
            }
        }

        return false;
    }

    private static DateSpan Of(DateTime low, DateTime high) => new(low.Ticks, high.Ticks);
}

using System.Globalization;

namespace PhiGateway.Admin.Documents;

/// <summary>
/// Compares the values of one member, as the JSON of documents has them, by what the member holds: numbers as numbers, moments as moments
/// whatever their offset, all else letter by letter. Used by lists to sort and to filter by ranges.
/// </summary>
/// <remarks>One member has one order: compared now as a number and now as text, pages would lose items between them.</remarks>
internal sealed class ListOrder : IComparer<string>
{
    private readonly Func<string, decimal?>? _read;

    private ListOrder(Func<string, decimal?>? read) => _read = read;

    /// <summary>The order of a member's type.</summary>
    public static ListOrder Of(Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type) switch
        {
            var number when number == typeof(int) || number == typeof(long) => new ListOrder(Number),
            var moment when moment == typeof(DateTimeOffset) => new ListOrder(Moment),
            _ => new ListOrder(null),
        };

    /// <summary>Whether a text is a value of the member, so that something can be before or behind it.</summary>
    public bool CanRead(string text) => _read is null || _read(text) is not null;

    /// <inheritdoc />
    public int Compare(string? x, string? y)
    {
        if (_read is not null && x is not null && y is not null)
        {
            // What is no value comes first.
            var byValue = Nullable.Compare(_read(x), _read(y));
            if (byValue != 0 || _read(x) is not null)
            {
                return byValue;
            }
        }

        return string.CompareOrdinal(x, y);
    }

    private static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static decimal? Moment(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment.UtcTicks
            : null;
}

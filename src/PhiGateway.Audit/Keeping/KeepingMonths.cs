namespace PhiGateway.Audit.Keeping;

/// <summary>
/// Months as numbers such as 202611, UTC, and how long records stay at least; shared by whoever deletes and whoever verifies.
/// </summary>
public static class KeepingMonths
{
    /// <summary>The event of the record that names a month that is deleted, written before it is.</summary>
    public const string DeletionEvent = "keeping.delete";

    /// <summary>The event of the record that says what came of it; names the other as its parent.</summary>
    public const string DeletedEvent = "keeping.deleted";

    /// <summary>The event of the record that names a tenant's month of which the content is destroyed, written before it is.</summary>
    public const string DestroyEvent = "keeping.destroy";

    /// <summary>The event of the record that says what came of it; names the other as its parent.</summary>
    public const string DestroyedEvent = "keeping.destroyed";

    /// <summary>Security: nothing younger is ever deleted, whatever is configured (45 CFR 164.316(b)(2), 164.528).</summary>
    public const int LeastYears = 6;

    /// <summary>What is kept when nothing is configured (ASTM E2147).</summary>
    public const int DefaultYears = 10;

    /// <summary>The month of a moment.</summary>
    public static int Of(DateTimeOffset time)
    {
        var utc = time.UtcDateTime;
        return (utc.Year * 100) + utc.Month;
    }

    /// <summary>Whether a number is a month.</summary>
    public static bool IsMonth(int month) => month / 100 is >= 1970 and < 9000 && month % 100 is >= 1 and <= 12;

    /// <summary>The month's first moment.</summary>
    public static DateTimeOffset Start(int month) => new(month / 100, month % 100, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The first moment behind it.</summary>
    public static DateTimeOffset End(int month) => Start(month).AddMonths(1);

    /// <summary>Such as <c>2026-11</c>.</summary>
    public static string Text(int month) => FormattableString.Invariant($"{month / 100:0000}-{month % 100:00}");

    /// <summary>Reads <c>2026-11</c>; null: it is no month.</summary>
    public static int? Parse(string? text) =>
        text is { Length: 7 }
        && text[4] == '-'
        && int.TryParse(text.AsSpan(0, 4), System.Globalization.NumberStyles.None, null, out var year)
        && int.TryParse(text.AsSpan(5, 2), System.Globalization.NumberStyles.None, null, out var month)
        && IsMonth((year * 100) + month)
            ? (year * 100) + month
            : null;
}

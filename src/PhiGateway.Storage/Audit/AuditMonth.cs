namespace PhiGateway.Storage.Audit;

/// <summary>Months as numbers such as 202611, UTC: how shapes are filed and Postgres' partitions are cut.</summary>
internal static class AuditMonth
{
    /// <summary>Says the same as <see cref="IsMonth"/> of a row of <c>audit_shape s</c>.</summary>
    public const string IsMonthSql = "s.month BETWEEN 101 AND 999912 AND s.month % 100 BETWEEN 1 AND 12";

    public static int Of(DateTimeOffset time)
    {
        var utc = time.UtcDateTime;
        return (utc.Year * 100) + utc.Month;
    }

    /// <summary>Whether a number is a month that a record may be of.</summary>
    public static bool IsMonth(int month) => month is >= 101 and <= 999912 && month % 100 is >= 1 and <= 12;

    /// <summary>The month's first moment.</summary>
    public static DateTimeOffset Start(int month) => new(month / 100, month % 100, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The first moment behind the month; of the last month that there can be, its last.</summary>
    public static DateTimeOffset End(int month) => month >= 999912 ? DateTimeOffset.MaxValue : Start(month).AddMonths(1);
}

namespace PhiGateway.Policy.Vocabulary;

/// <summary>Turns days into UTC ticks; days past the calendar's end count as never ending.</summary>
internal static class Days
{
    /// <summary>Midnight UTC at which the day begins.</summary>
    internal static long Start(DateOnly day) => day.ToDateTime(TimeOnly.MinValue).Ticks;

    /// <summary>Midnight UTC so many days after the day begins.</summary>
    internal static long StartAfter(DateOnly day, int days) =>
        days > DateOnly.MaxValue.DayNumber - day.DayNumber ? long.MaxValue : Start(day.AddDays(days));

    /// <summary>First tick at which "first day no longer valid" closes; null never closes.</summary>
    internal static long Until(DateOnly? firstInvalid) => firstInvalid is { } day ? Start(day) : long.MaxValue;

    /// <summary>The moment of a tick count; null for never.</summary>
    internal static DateTimeOffset? Moment(long ticks) => ticks is long.MaxValue ? null : new DateTimeOffset(ticks, TimeSpan.Zero);
}

using System.Globalization;

namespace PhiGateway.Policy.Snapshot;

/// <summary>
/// A window of the day in UTC, <c>HH:mm-HH:mm</c>; one that ends before it begins goes over midnight, <c>24:00</c> ends the day.
/// </summary>
internal readonly record struct HourWindow(long From, long Until)
{
    internal static bool TryParse(string? text, out HourWindow window)
    {
        window = default;
        if (
            text is null
            || text.Length != 11
            || text[5] != '-'
            || !TryTime(text.AsSpan(0, 5), out var from)
            || !TryTime(text.AsSpan(6), out var until)
            || from == until
            || from == TimeSpan.TicksPerDay
        )
        {
            return false;
        }

        window = new HourWindow(from, until);
        return true;
    }

    /// <summary>Whether a moment in UTC ticks lies in the window; the last minute named is outside.</summary>
    internal bool Contains(long ticks)
    {
        var ofDay = ticks % TimeSpan.TicksPerDay;
        return From < Until ? ofDay >= From && ofDay < Until : ofDay >= From || ofDay < Until;
    }

    private static bool TryTime(ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        if (text is "24:00")
        {
            ticks = TimeSpan.TicksPerDay;
            return true;
        }

        if (!TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            return false;
        }

        ticks = time.Ticks;
        return true;
    }
}

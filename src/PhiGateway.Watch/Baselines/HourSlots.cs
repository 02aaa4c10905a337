namespace PhiGateway.Watch.Baselines;

/// <summary>At which hours a client is awake: of each hour of the day, on working days and on weekends apart, on how many days it was seen.</summary>
internal sealed class HourSlots
{
    public const int Count = 48;

    // A night that was worked once is no habit; nor are months ago.
    private const int Habit = 2;
    private const int Remembered = 63;

    public int[] Days { get; } = new int[Count];

    public int[] LastDay { get; } = new int[Count];

    public static int Of(DateTimeOffset at) =>
        at.UtcDateTime.Hour + (at.UtcDateTime.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 24 : 0);

    public void Note(int slot, int day)
    {
        if (LastDay[slot] != day)
        {
            Days[slot] = day - LastDay[slot] > Remembered ? 1 : Days[slot] + 1;
            LastDay[slot] = day;
        }
    }

    /// <summary>Whether the client is usually asleep at this hour and at those beside it, so that summer time is no surprise.</summary>
    /// <remarks>
    /// Of a working day neither may it be awake on weekends: a month's end falls on either. Of whom no hour is known any more, as after a
    /// quarter's silence, nobody can say at which it sleeps: that it wakes is the matter of another rule.
    /// </remarks>
    public bool IsSilent(int slot, int day) =>
        IsSilentAround(slot, day) && (slot >= 24 || IsSilentAround(slot + 24, day)) && IsAnyKnown(day);

    /// <summary>How many hours of such a day are silent.</summary>
    public int CountSilent(int slot, int day)
    {
        var from = slot - (slot % 24);
        var silent = 0;
        for (var i = from; i < from + 24; i++)
        {
            silent += IsSilent(i, day) ? 1 : 0;
        }

        return silent;
    }

    private bool IsAnyKnown(int day)
    {
        for (var slot = 0; slot < Count; slot++)
        {
            if (IsAwake(slot, day))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsSilentAround(int slot, int day) =>
        !IsAwake(slot, day) && !IsAwake(Beside(slot, 1), day) && !IsAwake(Beside(slot, 23), day);

    private bool IsAwake(int slot, int day) => Days[slot] >= Habit && day - LastDay[slot] <= Remembered;

    private static int Beside(int slot, int step) => slot - (slot % 24) + ((slot + step) % 24);
}

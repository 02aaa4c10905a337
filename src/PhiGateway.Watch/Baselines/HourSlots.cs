using System.Numerics;

namespace PhiGateway.Watch.Baselines;

/// <summary>
/// At which hours of the week a client is awake: of each of the 168 in which of the last ten weeks it was seen, and for about how many
/// patients at most. Half a kilobyte.
/// </summary>
/// <remarks>
/// Only what comes week by week is a habit of its hour of the week. What comes at the same hour on changing days, as a month's end does, is
/// one of all days of its kind (working days or weekends), and a run of one night a week may be put off or put forward by a day.
/// </remarks>
internal sealed class HourSlots
{
    public const int Count = 168;

    private const int Day = 24;
    private const int WeekDays = 7;
    private const int Saturday = 5;

    // A night that was worked once is no habit; nor is what was two months and a week ago.
    private const int Habit = 2;
    private const int Weeks = 10;
    private const int Kept = (1 << Weeks) - 1;

    // What is older than five of them.
    private const int Old = Kept & ~0b11111;

    // Week by week: in half of the weeks in which the client was seen, and in three of them.
    private const int LeastRegular = 3;

    // Who comes on no more days of the week than that runs a batch; who comes on more keeps opening hours.
    private const int MostOfARun = 2;

    // Of the numbers of patients the powers of two, for these ten weeks and for those before them.
    private const int LevelBits = 4;
    private const int MostLevel = (1 << LevelBits) - 1;

    private readonly ushort[] _seen = new ushort[Count];
    private readonly byte[] _levels = new byte[Count];

    /// <summary>The week that the last bit stands for, since 0001-01-01, which was a Monday.</summary>
    public int Week { get; private set; }

    /// <summary>Of each hour of the week, in which weeks it was seen; the last bit is the last week.</summary>
    public ReadOnlySpan<ushort> Seen => _seen;

    /// <summary>Of each hour of the week, about how many patients at most, as powers of two.</summary>
    public ReadOnlySpan<byte> Levels => _levels;

    /// <summary>The hour of the week: 0 is Monday, from midnight to one (UTC).</summary>
    public static int Of(DateTimeOffset at) => (int)(at.UtcTicks / TimeSpan.TicksPerHour % Count);

    /// <summary>Notes an hour in which the client called.</summary>
    /// <param name="at">When it began.</param>
    /// <param name="patients">For how many patients.</param>
    public void Note(DateTimeOffset at, int patients)
    {
        var (slot, week) = (Of(at), WeekOf(at));
        Roll(week);
        var ago = Week - week;
        if (ago < Weeks)
        {
            _seen[slot] |= (ushort)(1 << ago);
            var (before, now) = (_levels[slot] >> LevelBits, _levels[slot] & MostLevel);
            _levels[slot] = Both(before, Math.Max(now, LevelOf(patients)));
        }
    }

    /// <summary>Takes back what was kept.</summary>
    public void Restore(int week, ReadOnlySpan<ushort> seen, ReadOnlySpan<byte> levels)
    {
        Week = week;
        seen.CopyTo(_seen);
        levels.CopyTo(_levels);
    }

    /// <summary>
    /// Takes up what a version before kept: of each hour of working days (0 to 23) and of weekends (24 to 47) on how many days it was seen,
    /// and when last. What was a habit of all days of a kind is one of each of them, until ten weeks have shown better.
    /// </summary>
    public void Restore(ReadOnlySpan<int> days, ReadOnlySpan<int> lastDays)
    {
        Roll(Greatest(lastDays) / WeekDays);
        for (var slot = 0; slot < Count; slot++)
        {
            var kind = (slot % Day) + (IsWeekend(slot) ? Day : 0);
            var ago = Week - (lastDays[kind] / WeekDays);
            if (days[kind] >= Habit && ago < Weeks - 1)
            {
                // For how many patients it was is not known: more than any, and beyond the next of the ten weeks, which may begin tomorrow.
                _seen[slot] = (ushort)(0b11 << ago);
                _levels[slot] = Both(MostLevel, MostLevel);
            }
        }
    }

    /// <summary>Whether the client is usually asleep at this hour of the week and at those beside it, so that summer time is no surprise.</summary>
    /// <remarks>
    /// Of a working day it may not be awake on weekends either, but week by week: a month's end falls on any day. Of whom no hour is known any
    /// more, as after a quarter's silence, nobody can say at which it sleeps: that it wakes is the matter of another rule.
    /// </remarks>
    public bool IsSilent(DateTimeOffset at) => AgeAt(at) is var age && !IsAwake(Of(at), age) && IsAnyKnown(age);

    /// <summary>How many hours of such a day of the week are silent.</summary>
    public int CountSilent(DateTimeOffset at)
    {
        var (from, age, silent) = (Of(at) / Day * Day, AgeAt(at), 0);
        if (!IsAnyKnown(age))
        {
            return 0;
        }

        for (var slot = from; slot < from + Day; slot++)
        {
            silent += IsAwake(slot, age) ? 0 : 1;
        }

        return silent;
    }

    /// <summary>
    /// For how many patients it called at most at this hour or one beside it, on any day of the week, rounded up to a power of two; 0: it
    /// never did.
    /// </summary>
    public int MostAt(DateTimeOffset at) => MostAt(Of(at) % Day, AgeAt(at));

    /// <summary>
    /// Whether a client that is known for longer has come to this hour of the day, or to one beside it, in the last five weeks only, on
    /// whatever day of the week: what may have been taught to it on purpose.
    /// </summary>
    public bool IsYoung(DateTimeOffset at)
    {
        var (hour, age, seen, all) = (Of(at) % Day, AgeAt(at), 0, 0);
        for (var slot = 0; slot < Count; slot++)
        {
            var weeks = (_seen[slot] << age) & Kept;
            all |= weeks;
            seen |= IsBeside(slot % Day, hour) ? weeks : 0;
        }

        return seen > 0 && (seen & Old) == 0 && BitOperations.PopCount((uint)(all & Old)) >= LeastRegular;
    }

    /// <summary>In how many hours of a day it called for no more patients than so many.</summary>
    public int CountQuiet(DateTimeOffset at, int most)
    {
        var (age, quiet) = (AgeAt(at), 0);
        for (var hour = 0; hour < Day; hour++)
        {
            quiet += MostAt(hour, age) <= most ? 1 : 0;
        }

        return quiet;
    }

    private static int WeekOf(DateTimeOffset at) => (int)(at.UtcTicks / TimeSpan.TicksPerDay / WeekDays);

    private static bool IsWeekend(int slot) => slot >= Saturday * Day;

    private static int LevelOf(int patients) => patients <= 0 ? 0 : Math.Min(BitOperations.Log2((uint)patients) + 1, MostLevel);

    private static byte Both(int before, int now) => (byte)((before << LevelBits) | now);

    // Of whom it was seen at an hour, for at least one patient.
    private static int PatientsOf(int levels) => Math.Max(1, (1 << Math.Max(levels >> LevelBits, levels & MostLevel)) - 1);

    private static int Greatest(ReadOnlySpan<int> values)
    {
        var most = 0;
        foreach (var value in values)
        {
            most = Math.Max(most, value);
        }

        return most;
    }

    private void Roll(int week)
    {
        var ago = week - Week;
        if (ago <= 0)
        {
            return;
        }

        // What was most is known for ten to twenty weeks.
        var isNextEra = week / Weeks != Week / Weeks;
        for (var slot = 0; slot < Count; slot++)
        {
            _seen[slot] = ago >= Weeks ? (ushort)0 : (ushort)((_seen[slot] << ago) & Kept);
            _levels[slot] = isNextEra ? Both(_levels[slot] & MostLevel, 0) : _levels[slot];
        }

        Week = week;
    }

    private int AgeAt(DateTimeOffset at) => Math.Clamp(WeekOf(at) - Week, 0, Weeks);

    private int TimesAt(int slot, int age) => BitOperations.PopCount((uint)((_seen[slot] << age) & Kept));

    // Whether any hour of working days, or of weekends, came twice.
    private bool IsAnyKnown(int age)
    {
        for (var hour = 0; hour < Day; hour++)
        {
            var (working, weekends) = (0, 0);
            for (var slot = hour; slot < Count; slot += Day)
            {
                var times = TimesAt(slot, age);
                (working, weekends) = IsWeekend(slot) ? (working, weekends + times) : (working + times, weekends);
            }

            if (working >= Habit || weekends >= Habit)
            {
                return true;
            }
        }

        return false;
    }

    private int KnownWeeks(int age)
    {
        var all = 0;
        foreach (var one in _seen)
        {
            all |= one;
        }

        return BitOperations.PopCount((uint)((all << age) & Kept));
    }

    // Nearly always the hour of the week itself says it.
    private bool IsAwake(int slot, int age)
    {
        for (var step = -1; step <= 1; step++)
        {
            if (TimesAt(Beside(slot, step), age) >= Habit)
            {
                return true;
            }
        }

        var regular = Math.Max(LeastRegular, (KnownWeeks(age) + 1) / 2);
        for (var step = -1; step <= 1; step++)
        {
            if (IsAwakeByOthers(Beside(slot, step), IsWeekend(slot), age, regular))
            {
                return true;
            }
        }

        return false;
    }

    // What is known of an hour from other days: those on which it came by no week, and those beside the night of a run.
    private bool IsAwakeByOthers(int slot, bool isWeekend, int age, int regular)
    {
        var (working, weekends, days, isNextDoor) = (0, 0, 0, false);
        for (var other = slot % Day; other < Count; other += Day)
        {
            var times = TimesAt(other, age);
            if (times >= regular)
            {
                var apart = Math.Abs(other - slot);
                days++;
                isNextDoor |= apart == Day || apart == Count - Day;
            }
            else if (IsWeekend(other))
            {
                weekends += times;
            }
            else
            {
                working += times;
            }
        }

        return weekends >= Habit || (!isWeekend && working >= Habit) || (isNextDoor && days <= MostOfARun);
    }

    private int MostAt(int hour, int age)
    {
        var most = 0;
        for (var from = hour; from < Count; from += Day)
        {
            for (var step = -1; step <= 1; step++)
            {
                var slot = Beside(from, step);
                most = Math.Max(most, TimesAt(slot, age) > 0 ? PatientsOf(_levels[slot]) : 0);
            }
        }

        return most;
    }

    private static bool IsBeside(int hour, int other) => (hour - other + Day + 1) % Day <= 2;

    private static int Beside(int slot, int step) => (slot + step + Count) % Count;
}

using PhiGateway.Watch.Baselines;
using Xunit;

namespace PhiGateway.Tests.Watch.Baselines;

/// <summary>At which hours of the week a client sleeps, and what of honest weeks is no sleep.</summary>
public sealed class HourSlotsTests
{
    private const int Weeks = 10;
    private static readonly DateTimeOffset Monday = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    // The week after those that were learned.
    private static readonly DateTimeOffset Next = Monday.AddDays(7 * Weeks);

    [Fact]
    public void Of_AMoment_IsItsHourOfTheWeek()
    {
        Assert.Equal((0, 26, 167), (HourSlots.Of(Monday), HourSlots.Of(Monday.AddHours(26.5)), HourSlots.Of(Monday.AddHours(-0.5))));
        Assert.Equal(HourSlots.Of(Monday), HourSlots.Of(Monday.AddDays(7)));
    }

    [Fact]
    public void IsSilent_OfARunOfOneNightAWeek_OnAnotherNight()
    {
        var slots = Learned(static (day, hour) => day == DayOfWeek.Thursday && hour is (1 or 2));

        Assert.True(slots.IsSilent(At(DayOfWeek.Monday, 1)));
        Assert.True(slots.IsSilent(At(DayOfWeek.Tuesday, 2)));
        Assert.True(slots.IsSilent(At(DayOfWeek.Thursday, 14)));
        Assert.Equal(20, slots.CountSilent(At(DayOfWeek.Thursday, 1)));
    }

    // The twins: by an hour of summer time earlier or later, and by one day, as where that Thursday is a holiday.
    [Theory]
    [InlineData(DayOfWeek.Thursday, 0)]
    [InlineData(DayOfWeek.Thursday, 3)]
    [InlineData(DayOfWeek.Wednesday, 2)]
    [InlineData(DayOfWeek.Friday, 1)]
    public void IsSilent_OfARunThatIsPutOff_IsNot(DayOfWeek day, int hour) =>
        Assert.False(Learned(static (on, at) => on == DayOfWeek.Thursday && at is (1 or 2)).IsSilent(At(day, hour)));

    [Fact]
    public void IsSilent_BesideMidnight_IsNot() =>
        Assert.False(Learned(static (day, hour) => day == DayOfWeek.Thursday && hour == 0).IsSilent(At(DayOfWeek.Wednesday, 23)));

    [Fact]
    public void IsSilent_OfAHouseThatIsClosedOnADayOfTheWeek_OnThatDay()
    {
        var slots = Learned(static (day, hour) => IsWorking(day) && day != DayOfWeek.Wednesday && hour is >= 8 and < 17);

        Assert.True(slots.IsSilent(At(DayOfWeek.Wednesday, 11)));
        Assert.True(slots.IsSilent(At(DayOfWeek.Saturday, 11)));
        Assert.All((DayOfWeek[])[DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Friday], day => Assert.False(slots.IsSilent(At(day, 11))));
    }

    // A month's end is never on the same day of the week: two evenings within ten weeks are evenings of any day.
    [Fact]
    public void IsSilent_OfMonthEndsOnChangingDays_IsNot()
    {
        var slots = Learned(static (day, hour) => IsWorking(day) && hour is >= 8 and < 17);
        Assert.True(slots.IsSilent(At(DayOfWeek.Tuesday, 20)));
        slots.Note(new DateTimeOffset(2026, 2, 27, 20, 0, 0, TimeSpan.Zero), 300);
        slots.Note(new DateTimeOffset(2026, 3, 2, 20, 0, 0, TimeSpan.Zero), 300);

        Assert.False(slots.IsSilent(At(DayOfWeek.Tuesday, 20)));
        Assert.True(slots.IsSilent(At(DayOfWeek.Saturday, 20)));
    }

    [Fact]
    public void IsSilent_OfANightThatWasWorkedOnce_IsSo()
    {
        var slots = Learned(static (day, hour) => IsWorking(day) && hour is >= 8 and < 17);
        slots.Note(Next.AddDays(-7).AddHours(2), 300);

        Assert.True(slots.IsSilent(At(DayOfWeek.Monday, 2)));
    }

    // Of whom nothing is known any more nobody can say when it sleeps.
    [Fact]
    public void IsSilent_AfterAQuarter_IsNot()
    {
        var slots = Learned(static (day, hour) => day == DayOfWeek.Monday && hour == 8);

        Assert.True(slots.IsSilent(At(DayOfWeek.Tuesday, 20).AddDays(49)));
        Assert.False(slots.IsSilent(At(DayOfWeek.Tuesday, 20).AddDays(77)));
        Assert.Equal(0, slots.CountSilent(At(DayOfWeek.Tuesday, 20).AddDays(77)));
        Assert.False(new HourSlots().IsSilent(Monday));
    }

    [Fact]
    public void MostAt_OfAnHour_IsThatOfAnyDay_ForTwentyWeeksAtMost()
    {
        var slots = Learned(static (day, hour) => day == DayOfWeek.Monday && hour == 8, patients: 5);
        Assert.Equal(7, slots.MostAt(At(DayOfWeek.Friday, 9)));
        Assert.Equal(0, slots.MostAt(At(DayOfWeek.Monday, 12)));
        Assert.Equal(21, slots.CountQuiet(At(DayOfWeek.Monday, 8), 0));

        slots.Note(At(DayOfWeek.Monday, 8), 1_000);
        Assert.Equal(1_023, slots.MostAt(At(DayOfWeek.Monday, 8)));
        for (var week = 1; week <= 21; week++)
        {
            slots.Note(At(DayOfWeek.Monday, 8).AddDays(7 * week), 5);
        }

        Assert.Equal(7, slots.MostAt(At(DayOfWeek.Monday, 8).AddDays(7 * 21)));
    }

    // Late records count in their own week; what is older than all that is kept counts nowhere.
    [Fact]
    public void Note_OfWeeksBefore_IsOfThose()
    {
        var slots = new HourSlots();
        slots.Note(Next, 1);
        slots.Note(Next.AddDays(-7), 1);
        Assert.False(slots.IsSilent(Next));

        slots.Note(Next.AddDays(-7 * 11).AddHours(5), 1);
        slots.Note(Next.AddDays(-7 * 12).AddHours(5), 1);
        Assert.True(slots.IsSilent(Next.AddHours(5)));
    }

    // A version before knew hours of working days and of weekends: what it knew is no news on the day of the upgrade, and gives way in time.
    [Fact]
    public void Restore_OfTwoKindsOfDay_IsKnownUntilTheWeekShowsBetter()
    {
        var (days, last) = (new int[48], new int[48]);
        (days[2], last[2]) = (9, ClientBaseline.DayOf(Next.AddDays(-4)));
        (days[30], last[30]) = (1, ClientBaseline.DayOf(Next.AddDays(-4)));
        var slots = new HourSlots();
        slots.Restore(days, last);

        Assert.All(Enumerable.Range(0, 5), day => Assert.False(slots.IsSilent(Next.AddDays(day).AddHours(2))));
        Assert.True(slots.IsSilent(Next.AddDays(5).AddHours(2)));
        Assert.True(slots.IsSilent(Next.AddDays(5).AddHours(6)));
        Assert.True(slots.IsSilent(Next.AddHours(12)));
        for (var week = 0; week < Weeks; week++)
        {
            slots.Note(At(DayOfWeek.Thursday, 2).AddDays(7 * week), 100);
        }

        Assert.True(slots.IsSilent(Next.AddDays(7 * Weeks).AddHours(2)));
        Assert.False(slots.IsSilent(At(DayOfWeek.Thursday, 2).AddDays(7 * Weeks)));
    }

    // For how many patients an hour was is not known: in whatever week the upgrade comes, usual work is no news the week after.
    [Fact]
    public void Restore_OfTwoKindsOfDay_IsQuietAtNoHourInTheWeekAfterWhicheverThatIs()
    {
        Assert.All(
            Enumerable.Range(0, Weeks),
            static week =>
            {
                var monday = Next.AddDays(7 * week);
                var (days, last) = (new int[48], new int[48]);
                (days[2], last[2]) = (9, ClientBaseline.DayOf(monday.AddDays(-4)));
                var slots = new HourSlots();
                slots.Restore(days, last);

                slots.Note(monday.AddHours(12), 1);

                Assert.InRange(slots.MostAt(monday.AddHours(2)), 10_000, int.MaxValue);
            }
        );
    }

    [Fact]
    public void Restore_OfTheHoursOfAWeek_IsTheSame()
    {
        var slots = Learned(static (day, hour) => day == DayOfWeek.Thursday && hour is (1 or 2), patients: 50);
        var copy = new HourSlots();
        copy.Restore(slots.Week, slots.Seen, slots.Levels);

        Assert.Equal(
            Enumerable.Range(0, HourSlots.Count).Select(hour => (slots.IsSilent(Next.AddHours(hour)), slots.MostAt(Next.AddHours(hour)))),
            Enumerable.Range(0, HourSlots.Count).Select(hour => (copy.IsSilent(Next.AddHours(hour)), copy.MostAt(Next.AddHours(hour))))
        );
        Assert.Equal(504, (slots.Seen.Length * sizeof(ushort)) + slots.Levels.Length);
    }

    private static bool IsWorking(DayOfWeek day) => day is not (DayOfWeek.Saturday or DayOfWeek.Sunday);

    private static DateTimeOffset At(DayOfWeek day, int hour) => Next.AddDays(((int)day + 6) % 7).AddHours(hour);

    private static HourSlots Learned(Func<DayOfWeek, int, bool> isAwake, int patients = 20)
    {
        var slots = new HourSlots();
        for (var at = Monday; at < Next; at = at.AddHours(1))
        {
            if (isAwake(at.DayOfWeek, at.Hour))
            {
                slots.Note(at, patients);
            }
        }

        return slots;
    }
}

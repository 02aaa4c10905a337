using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;
using PhiGateway.Watch.Rules;
using Xunit;

namespace PhiGateway.Tests.Watch;

/// <summary>Work at hours of the week at which a client sleeps, or at which it was only ever seen in little.</summary>
public sealed class OffHoursTests
{
    private const int Weeks = 9;
    private static readonly DateTimeOffset Monday = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Next = Monday.AddDays(7 * Weeks);

    [Fact]
    public void Look_ANightlyRunOnANightThatIsNotItsOwn_IsTold()
    {
        var detector = Known(static (day, hour) => day == DayOfWeek.Thursday && hour is (1 or 2));
        var one = Assert.Single(Hour(detector, Next.AddHours(1), 12));

        Assert.Equal("off-hours", one.Rule);
        Assert.StartsWith("10 calls for 10 patients between 01 and 02 UTC on a Monday; in ten weeks", one.Words, StringComparison.Ordinal);
    }

    // The twins: the night itself, the day after since that one was a holiday, and a look at a few records by somebody on duty.
    [Theory]
    [InlineData(3, 60)]
    [InlineData(4, 60)]
    [InlineData(0, 9)]
    public void Look_ItsOwnNightOrTheNext_OrAFewRecords_AreNone(int day, int patients) =>
        Assert.Empty(
            Hour(Known(static (on, hour) => on == DayOfWeek.Thursday && hour is (1 or 2)), Next.AddDays(day).AddHours(1), patients)
        );

    // Who wakes a client a little at first, night by night, does not have its nights: what it is used to there is a little.
    [Fact]
    public void Look_AfterNightsWithAFewPatients_ManyAreTold()
    {
        var detector = Known(static (day, hour) => Works(day) && hour is >= 8 and < 17, patients: 40);
        for (var night = 0; night < 21; night++)
        {
            Assert.Empty(Hour(detector, Next.AddDays(night).AddHours(2), 3));
        }

        var one = Assert.Single(Hour(detector, Next.AddDays(21).AddHours(2), 40));
        Assert.Contains("never had more than 3", one.Words, StringComparison.Ordinal);
    }

    // Its twin: who does as much each night.
    [Fact]
    public void Look_OfWhoDoesMuchEachNight_IsNone()
    {
        var detector = Known(static (_, hour) => hour is 2 or >= 8 and < 17, patients: 40);

        Assert.Empty(Hour(detector, Next.AddHours(2), 60));
    }

    // The same with a client that never does much: to its own day a few at night are no little.
    [Fact]
    public void Look_AfterThreeWeeksOfNightsWithAFew_ManyOfAQuietClientAreTold()
    {
        var detector = Known(static (day, hour) => Works(day) && hour is >= 8 and < 17, patients: 8);
        for (var night = 0; night < 21; night++)
        {
            Assert.Empty(Hour(detector, Next.AddDays(night).AddHours(2), 6));
        }

        var one = Assert.Single(Hour(detector, Next.AddDays(21).AddHours(2), 40));
        Assert.Contains("in the last five weeks only, for no more than 7 patients", one.Words, StringComparison.Ordinal);
    }

    // Its twins: nights that are older than that, and about as much as in the nights before.
    [Theory]
    [InlineData(60, 40)]
    [InlineData(21, 19)]
    public void Look_AfterMonthsOfNights_OrNotManyMore_IsNone(int nights, int patients)
    {
        var detector = Known(static (day, hour) => Works(day) && hour is >= 8 and < 17, patients: 8);
        for (var night = 0; night < nights; night++)
        {
            Hour(detector, Next.AddDays(night).AddHours(2), 6);
            Hour(detector, Next.AddDays(night).AddHours(9), 8);
        }

        Assert.Empty(Hour(detector, Next.AddDays(nights).AddHours(2), patients));
    }

    // What was learned of hours is there after a restart; of a version before it is what that knew.
    [Theory]
    [InlineData(7, 10)]
    [InlineData(6, 0)]
    public void Restore_OfAFile_HasTheHoursThatItsVersionKept(byte version, int awake)
    {
        var before = Known(static (day, hour) => day == DayOfWeek.Thursday && hour is >= 8 and < 16);
        using var stream = new MemoryStream();
        WatchState.Write(stream, new TrailFeed(new FakeAuditStore()), before, []);
        var file = stream.ToArray();
        file[0] = version;
        var after = new Detector(new Nobody(), [new OffHoursRule()]);
        WatchState.Read(new MemoryStream(file), new TrailFeed(new FakeAuditStore()), after);

        var slots = after.Clients["acme"].Baseline.Slots;
        Assert.Equal(awake, Enumerable.Range(0, 24).Count(hour => slots.MostAt(Next.AddHours(hour)) > 0));
        Assert.Equal(awake > 0, slots.IsSilent(Next.AddHours(9)));
    }

    private static bool Works(DayOfWeek day) => day is not (DayOfWeek.Saturday or DayOfWeek.Sunday);

    private static Detector Known(Func<DayOfWeek, int, bool> isAwake, int patients = 12)
    {
        var detector = new Detector(new Nobody(), [new OffHoursRule()]);
        for (var at = Monday; at < Next; at = at.AddHours(1))
        {
            if (isAwake(at.DayOfWeek, at.Hour))
            {
                Assert.Empty(Hour(detector, at, patients));
            }
        }

        return detector;
    }

    // For another patient with each call.
    private static List<Finding> Hour(Detector detector, DateTimeOffset from, int calls) =>
        [.. Enumerable.Range(0, calls).SelectMany(call => detector.Take(Event(from.AddSeconds(call * 30), (ulong)call + 1)).ToList())];

    private static WatchEvent Event(DateTimeOffset at, ulong patient) =>
        new()
        {
            Id = Guid.CreateVersion7(at),
            Kind = WatchKind.Access,
            Time = at,
            Client = "acme",
            Operation = "read Observation",
            Status = 200,
            Records = 1,
            Patients = [patient],
        };
}

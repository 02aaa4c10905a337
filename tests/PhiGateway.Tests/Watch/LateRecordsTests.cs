using PhiGateway.Admin.Alerts;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Rules;
using Xunit;

namespace PhiGateway.Tests.Watch;

/// <summary>
/// What a store or a node that was cut off has to tell: an attack in it is told however late it comes, and honest work of hours is no burst
/// because it comes at once.
/// </summary>
public sealed class LateRecordsTests
{
    private static readonly DateTimeOffset Monday = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(3, 0)]
    [InlineData(0, 1)]
    public void Take_ManyRecordsAtOnce_AreABurstWhereTheyAreOfNow(int hoursBefore, int findings)
    {
        var detector = new Detector(new Nobody(), [new VolumeSpikeRule()]);
        for (var call = 0; call < 400; call++)
        {
            Assert.Empty(detector.Take(Event(Monday.AddDays(call / 10).AddHours(9).AddMinutes(call % 10))));
        }

        var noon = Monday.AddDays(40).AddHours(12);
        Assert.Empty(detector.Take(Event(noon)));
        var from = noon.AddHours(-hoursBefore);
        var found = Enumerable.Range(0, 300).SelectMany(call => detector.Take(Event(from.AddSeconds(call / 10.0))).ToList()).ToList();

        Assert.Equal(findings, found.Count);
    }

    // The twin is a watch that begins with an old trail: it tells of nothing that was over before.
    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task RunOnce_RecordsThatComeDaysLater_AreToldWhereTheLogWasReadBefore(bool isFollowed, int alerts)
    {
        var time = new FakeTime { Now = TestRecords.Noon.AddMinutes(10) };
        var (trail, registry) = (new FakeAuditStore(), new FakeRegistryStore(time));
        var sink = new FindingAlerts(registry, new FakeJournal(), new NoSnapshot(), QuarantineRules.None, time);
        using var watch = new TrailWatch(trail, new Detector(new Nobody(), Detector.AllRules), sink, new TrailWatchOptions(), time);
        trail.Entries.Add(WatchEventReaderTests.Entry(TestRecords.Disclosure(), 0));
        if (isFollowed)
        {
            await watch.RunOnceAsync(default);
        }

        // The store was away for a long weekend, in which somebody tried another environment.
        time.Now = TestRecords.Noon.AddDays(3);
        for (var call = 1; call <= 5; call++)
        {
            var record = TestRecords.Denial();
            (record.Reason, record.Time) = ("wrong-environment", TestRecords.Noon.AddHours(5).AddMinutes(call));
            trail.Entries.Add(WatchEventReaderTests.Entry(record, call));
        }

        await watch.RunOnceAsync(default);
        Assert.Equal(alerts, (await registry.ListAsync(RegistryKind.Alert, null, 100, default)).Count);
    }

    private static WatchEvent Event(DateTimeOffset at) =>
        new()
        {
            Id = Guid.CreateVersion7(at),
            Kind = WatchKind.Access,
            Time = at,
            Client = "acme",
            Operation = "read Observation",
            Status = 200,
            Records = 1,
        };
}

using PhiGateway.Admin.Alerts;
using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Feed;
using Xunit;

namespace PhiGateway.Tests.Watch;

/// <summary>A machine that starts before its clock was set takes all that it knows for a time to come: it is not forgotten for that.</summary>
public sealed class TrailWatchClockTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly List<TrailWatch> _watches = [];
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"watch-{Guid.NewGuid():N}.state");

    public void Dispose()
    {
        _watches.ForEach(static watch => watch.Dispose());
        File.Delete(_file);
    }

    // The twin is a clock that nobody puts right: it was ahead when this was learned, which would hide what is done until then.
    [Theory]
    [InlineData(366 * 24, 1)]
    [InlineData(1, 0)]
    public async Task RunOnce_WhatWasKeptIsOfATimeToCome_IsForgottenOnlyWhereTheClockStaysAsItWas(int hours, int known)
    {
        var before = new Detector(new Nobody(), Detector.AllRules);
        before.Take(
            new WatchEvent
            {
                Id = Guid.NewGuid(),
                Kind = WatchKind.Access,
                Time = _clock.GetUtcNow().AddYears(1),
                Client = "acme",
            }
        );
        Watch(before).Keep();

        var after = new Detector(new Nobody(), Detector.AllRules);
        var watch = Watch(after);
        Assert.True(watch.Restore());
        await watch.RunOnceAsync(default);
        Assert.Single(after.Clients);

        _clock.Advance(TimeSpan.FromHours(hours));
        await watch.RunOnceAsync(default);
        Assert.Equal(known, after.Clients.Count);

        // And so it is kept.
        watch.Keep();
        var next = new Detector(new Nobody(), Detector.AllRules);
        Assert.True(Watch(next).Restore());
        Assert.Equal(known, next.Clients.Count);
    }

    private TrailWatch Watch(Detector detector)
    {
        var sink = new FindingAlerts(new FakeRegistryStore(_clock), new FakeJournal(), new NoSnapshot(), QuarantineRules.None, _clock);
        _watches.Add(new TrailWatch(new FakeAuditStore(), detector, sink, new TrailWatchOptions { StateFile = _file }, _clock));
        return _watches[^1];
    }
}

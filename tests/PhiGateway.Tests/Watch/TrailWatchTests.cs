using PhiGateway.Admin.Alerts;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Findings;
using Xunit;

namespace PhiGateway.Tests.Watch;

/// <summary>From records in the store to alerts in the inbox.</summary>
public sealed class TrailWatchTests : IDisposable
{
    private readonly FakeTime _time = new() { Now = TestRecords.Noon.AddMinutes(10) };
    private readonly FakeAuditStore _trail = new();
    private readonly FakeJournal _journal = new();
    private readonly FakeRegistryStore _registry;
    private readonly List<TrailWatch> _watches = [];

    public TrailWatchTests() => _registry = new FakeRegistryStore(_time);

    [Fact]
    public async Task RunOnce_AttemptsInAnotherEnvironment_AreOneAlertWithItsEvidence()
    {
        Deny("wrong-environment", 5);
        await Watch().RunOnceAsync(default);

        var alert = Assert.Single(await AlertsAsync());
        Assert.Equal(("cross-environment", "client/acme", AlertState.Open), (alert.Kind, alert.Subject, alert.State));
        Assert.Equal("NHI8:2025 Environment Isolation", alert.Risk);
        Assert.Equal(_trail.Entries.Take(3).Select(entry => entry.Id.ToString("D")), alert.Records);
        Assert.Equal("alert.raise", Assert.Single(_journal.Records).Event);
    }

    [Fact]
    public async Task RunOnce_OneStrayAttempt_IsNoAlert()
    {
        Deny("wrong-environment", 1);
        await Watch().RunOnceAsync(default);

        Assert.Empty(await AlertsAsync());
    }

    [Fact]
    public async Task RunOnce_TwoNodesWatch_FindOneAlert()
    {
        Deny("wrong-environment", 5);
        await Watch().RunOnceAsync(default);
        await Watch().RunOnceAsync(default);

        Assert.Single(await AlertsAsync());
    }

    [Fact]
    public async Task RunOnce_LogsOfSeveralNodes_AreReadInOrderOfTime()
    {
        // One node saw the first and the last attempt, another the one between them.
        _trail.Entries.Add(WatchEventReaderTests.Entry(Denied("wrong-environment", 0), 0, "gw-01/x"));
        _trail.Entries.Add(WatchEventReaderTests.Entry(Denied("wrong-environment", 2), 1, "gw-01/x"));
        _trail.Entries.Add(WatchEventReaderTests.Entry(Denied("wrong-environment", 1), 0, "gw-02/x"));
        await Watch().RunOnceAsync(default);

        Assert.Equal(TestRecords.Noon.AddMinutes(2), Assert.Single(await AlertsAsync()).At);
    }

    [Fact]
    public async Task RunOnce_MoreThanIsReadInOneGo_IsReadToItsEnd()
    {
        for (var call = 0; call < 2500; call++)
        {
            _trail.Entries.Add(WatchEventReaderTests.Entry(TestRecords.Disclosure(), call));
        }

        _trail.Entries.Add(WatchEventReaderTests.Entry(Denied("wrong-environment", 0), 2500));
        _trail.Entries.Add(WatchEventReaderTests.Entry(Denied("wrong-environment", 1), 2501));
        _trail.Entries.Add(WatchEventReaderTests.Entry(Denied("wrong-environment", 2), 2502));
        await Watch().RunOnceAsync(default);

        Assert.Single(await AlertsAsync());
    }

    [Fact]
    public async Task RunOnce_OldRecords_TeachAndAreNotTold()
    {
        Deny("wrong-environment", 5);
        _time.Now = TestRecords.Noon.AddDays(3);
        await Watch().RunOnceAsync(default);

        Assert.Empty(await AlertsAsync());
    }

    [Fact]
    public async Task RunOnce_TheInboxIsAway_TellsInTheNextRound()
    {
        Deny("wrong-environment", 5);
        _journal.Room = 0;
        var watch = Watch();
        await Assert.ThrowsAnyAsync<Exception>(() => watch.RunOnceAsync(default));
        _journal.Room = null;
        await watch.RunOnceAsync(default);

        Assert.Single(await AlertsAsync());
    }

    [Fact]
    public async Task Raise_AClosedAlert_StaysClosed_UntilItIsFoundToBeWorse()
    {
        var sink = new FindingAlerts(_registry, _journal, new NoSnapshot(), QuarantineRules.None, _time);
        var finding = new Finding
        {
            Rule = "volume-spike",
            Subject = "client/acme",
            At = TestRecords.Noon,
            Severity = FindingSeverity.Medium,
            Words = "Much.",
        };
        await sink.RaiseAsync(finding, default);
        await sink.RaiseAsync(finding with { Severity = FindingSeverity.High }, default);
        var alert = Assert.Single(await AlertsAsync());
        Assert.Equal(AlertSeverity.Urgent, alert.Severity);

        var item = (await _registry.FindAsync(RegistryKind.Alert, alert.Id, default))!;
        var closed = alert with { State = AlertState.Closed };
        await _registry.WriteAsync(
            [new RegistryWrite(RegistryKind.Alert, alert.Id, RegistryJson.Serialize(closed), item.Version)],
            "kim",
            default
        );
        await sink.RaiseAsync(finding with { Severity = FindingSeverity.Critical }, default);

        Assert.Equal(AlertState.Closed, Assert.Single(await AlertsAsync()).State);

        // Closed while it was a warning: whoever closed it has not seen what it became.
        item = (await _registry.FindAsync(RegistryKind.Alert, alert.Id, default))!;
        var early = closed with { Severity = AlertSeverity.Warning };
        RegistryWrite[] writes = [new RegistryWrite(RegistryKind.Alert, alert.Id, RegistryJson.Serialize(early), item.Version)];
        await _registry.WriteAsync(writes, "kim", default);
        await sink.RaiseAsync(finding with { Severity = FindingSeverity.Critical }, default);
        Assert.Equal(AlertState.Open, Assert.Single(await AlertsAsync()).State);
    }

    [Fact]
    public void Keep_AndRestore_GoOnWhereTheyStopped()
    {
        var file = Path.Combine(Path.GetTempPath(), $"watch-{Guid.NewGuid():N}.state");
        try
        {
            var options = new TrailWatchOptions { StateFile = file };
            Watch(options).Keep();

            Assert.True(Watch(options).Restore());
            File.WriteAllText(file, "no state");
            Assert.False(Watch(options).Restore());
        }
        finally
        {
            File.Delete(file);
        }
    }

    public void Dispose() => _watches.ForEach(static watch => watch.Dispose());

    private TrailWatch Watch(TrailWatchOptions? options = null)
    {
        var sink = new FindingAlerts(_registry, _journal, new NoSnapshot(), QuarantineRules.None, _time);
        _watches.Add(new TrailWatch(_trail, new NoSnapshot(), sink, options ?? new TrailWatchOptions(), _time));
        return _watches[^1];
    }

    private void Deny(string reason, int times)
    {
        for (var call = 0; call < times; call++)
        {
            _trail.Entries.Add(WatchEventReaderTests.Entry(Denied(reason, call), call));
        }
    }

    private static AuditRecord Denied(string reason, int minute)
    {
        var record = TestRecords.Denial();
        record.Reason = reason;
        record.Time = TestRecords.Noon.AddMinutes(minute);
        return record;
    }

    private async Task<IReadOnlyList<Alert>> AlertsAsync() =>
        [.. (await _registry.ListAsync(RegistryKind.Alert, null, 100, default)).Select(item => RegistryJson.Deserialize<Alert>(item.Json))];

    private sealed class NoSnapshot : ISnapshotSource
    {
        public RegistrySnapshot Current => RegistrySnapshot.Empty;
    }
}

using System.Text.Json.Nodes;
using PhiGateway.Admin.Alerts;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Feed;
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

    // The first finding of an attack that goes on was read too late to be news: what comes of it today is.
    [Fact]
    public async Task RunOnce_WhatWasOldAndGoesOn_IsTold()
    {
        Deny("wrong-environment", 5);
        _time.Now = TestRecords.Noon.AddDays(3);
        var watch = Watch();
        await watch.RunOnceAsync(default);
        for (var call = 0; call < 3; call++)
        {
            Add(Denied("wrong-environment", (3 * 24 * 60) - 60 + call));
        }

        await watch.RunOnceAsync(default);

        Assert.Equal("cross-environment", Assert.Single(await AlertsAsync()).Kind);
    }

    // Of a node whose clock was ahead, or of whoever can write rows of the store: it is one of now, and what is found later is told.
    [Fact]
    public async Task RunOnce_RecordsOfATimeToCome_AreOfNow_AndHideNothingLater()
    {
        const int Years = 70 * 365 * 24 * 60;
        for (var call = 0; call < 3; call++)
        {
            Add(Denied("wrong-environment", Years + call));
        }

        var watch = Watch();
        await watch.RunOnceAsync(default);
        Assert.Equal(_time.Now, Assert.Single(await AlertsAsync()).At);

        _time.Now = TestRecords.Noon.AddDays(20);
        for (var call = 0; call < 3; call++)
        {
            Add(Denied("wrong-environment", (20 * 24 * 60) - 60 + call));
        }

        await watch.RunOnceAsync(default);
        Assert.Equal(2, (await AlertsAsync()).Count);
    }

    // Clocks of nodes differ by seconds: such a record is of its own time.
    [Fact]
    public async Task RunOnce_RecordsOfAMomentAhead_KeepTheirTime()
    {
        for (var call = 0; call < 3; call++)
        {
            Add(Denied("wrong-environment", 13));
        }

        await Watch().RunOnceAsync(default);
        Assert.Equal(TestRecords.Noon.AddMinutes(13), Assert.Single(await AlertsAsync()).At);
    }

    // What a version before this one kept.
    [Fact]
    public void Forget_WhatWasLearnedOfATimeToCome_IsLearnedAnew_NothingElseIs()
    {
        var detector = new Detector(new Nobody(), Detector.AllRules);
        foreach (var (client, years) in (ReadOnlySpan<(string, int)>)[("acme", 70), ("other", 0)])
        {
            detector.Take(
                new WatchEvent
                {
                    Id = Guid.NewGuid(),
                    Kind = WatchKind.Access,
                    Time = TestRecords.Noon.AddYears(years),
                    Client = client,
                }
            );
            detector.Take(
                new WatchEvent
                {
                    Id = Guid.NewGuid(),
                    Kind = WatchKind.RosterChange,
                    Time = TestRecords.Noon.AddYears(years),
                    Actor = client,
                    Added = 1,
                }
            );
        }

        detector.Forget(TestRecords.Noon.AddMinutes(10));

        Assert.Equal("other", Assert.Single(detector.Clients).Key);
        Assert.Equal("other", Assert.Single(detector.Actors).Key);
    }

    // A node that lost what it knew finds the same again: it stands in the inbox already, closed by a person.
    [Fact]
    public async Task RunOnce_WithoutMemory_DoesNotTellAgainWhatTheInboxHas()
    {
        Deny("wrong-environment", 5);
        await Watch().RunOnceAsync(default);
        await CloseAsync(Assert.Single(await AlertsAsync()));
        _time.Now = TestRecords.Noon.AddDays(3);
        for (var call = 0; call < 3; call++)
        {
            Add(Denied("wrong-environment", (3 * 24 * 60) - 60 + call));
        }

        await Watch().RunOnceAsync(default);
        Assert.Equal(AlertState.Closed, Assert.Single(await AlertsAsync()).State);

        // Beyond two weeks it is news to every node.
        _time.Now = TestRecords.Noon.AddDays(16);
        for (var call = 0; call < 3; call++)
        {
            Add(Denied("wrong-environment", (16 * 24 * 60) - 60 + call));
        }

        await Watch().RunOnceAsync(default);
        Assert.Equal(2, (await AlertsAsync()).Count);
    }

    [Fact]
    public async Task RunOnce_TheInboxIsAwayUntilTheNodeStops_TheNextProcessTells()
    {
        var file = Path.Combine(Path.GetTempPath(), $"watch-{Guid.NewGuid():N}.state");
        var options = new TrailWatchOptions { StateFile = file };
        try
        {
            Deny("wrong-environment", 5);
            _journal.Room = 0;
            var stopped = Watch(options);
            await Assert.ThrowsAnyAsync<Exception>(() => stopped.RunOnceAsync(default));
            stopped.Keep();
            _journal.Room = null;
            var next = Watch(options);
            Assert.True(next.Restore());
            await next.RunOnceAsync(default);
            var alert = Assert.Single(await AlertsAsync());
            Assert.Equal(("NHI8:2025 Environment Isolation", 3), (alert.Risk, alert.Records.Count));

            // Told, it is not told again.
            next.Keep();
            var after = Watch(options);
            Assert.True(after.Restore());
            await after.RunOnceAsync(default);
            Assert.Single(_journal.Records);
        }
        finally
        {
            File.Delete(file);
        }
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
        await CloseAsync(alert);
        await sink.RaiseAsync(finding with { Severity = FindingSeverity.High }, default);
        Assert.Equal(AlertState.Closed, Assert.Single(await AlertsAsync()).State);

        // Urgent it was before: whoever closed it has not seen what it became.
        await sink.RaiseAsync(finding with { Severity = FindingSeverity.Critical }, default);
        Assert.Equal(AlertState.Open, Assert.Single(await AlertsAsync()).State);
        await CloseAsync(alert);
        await sink.RaiseAsync(finding with { Severity = FindingSeverity.Critical }, default);
        Assert.Equal(AlertState.Closed, Assert.Single(await AlertsAsync()).State);
    }

    // Of a node before this one: its alert says no more than that it is urgent, and critical is more than that.
    [Fact]
    public async Task Raise_AnAlertWithoutItsNote_IsWorseWhenCritical()
    {
        var sink = new FindingAlerts(_registry, _journal, new NoSnapshot(), QuarantineRules.None, _time);
        var finding = new Finding
        {
            Rule = "volume-spike",
            Subject = "client/acme",
            At = TestRecords.Noon,
            Severity = FindingSeverity.High,
            Words = "Much.",
        };
        await sink.RaiseAsync(finding, default);
        await CloseAsync(Assert.Single(await AlertsAsync()), isWithoutNotes: true);
        await sink.RaiseAsync(finding, default);
        Assert.Equal(AlertState.Closed, Assert.Single(await AlertsAsync()).State);
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

    // Whoever ships may have dated it so: days are counted back from it.
    [Fact]
    public async Task RunOnce_RecordsFromBeforeAllCalendars_AreToldAsOthersAre()
    {
        var watch = Watch();
        Add(TestRecords.Disclosure());
        await watch.RunOnceAsync(default);
        for (var call = 0; call < 3; call++)
        {
            var record = Denied("wrong-environment", 0);
            record.Time = DateTimeOffset.MinValue.AddMinutes(call);
            Add(record);
        }

        await watch.RunOnceAsync(default);

        Assert.Equal("cross-environment", Assert.Single(await AlertsAsync()).Kind);
    }

    private void Deny(string reason, int times)
    {
        for (var call = 0; call < times; call++)
        {
            Add(Denied(reason, call));
        }
    }

    private void Add(AuditRecord record) => _trail.Entries.Add(WatchEventReaderTests.Entry(record, _trail.Entries.Count));

    // As a person's step stores it, whose notes go along.
    private async Task CloseAsync(Alert alert, bool isWithoutNotes = false)
    {
        var item = (await _registry.FindAsync(RegistryKind.Alert, alert.Id, default))!;
        var form = JsonNode.Parse(isWithoutNotes ? RegistryJson.Serialize(alert) : item.Json)!;
        form["state"] = "closed";
        RegistryWrite[] writes = [new RegistryWrite(RegistryKind.Alert, alert.Id, form.ToJsonString(), item.Version)];
        await _registry.WriteAsync(writes, "kim", default);
    }

    private static AuditRecord Denied(string reason, int minute)
    {
        var record = TestRecords.Denial();
        record.Reason = reason;
        record.Time = TestRecords.Noon.AddMinutes(minute);
        return record;
    }

    private async Task<IReadOnlyList<Alert>> AlertsAsync() =>
        [
            .. (await _registry.ListAsync(RegistryKind.Alert, null, 100, default)).Select(item =>
                RegistryJson.Deserialize<Alert>(StoredBody.WithoutNotes(item.Json).ToJsonString())
            ),
        ];
}

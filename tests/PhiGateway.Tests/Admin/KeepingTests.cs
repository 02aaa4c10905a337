using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>A month of the trail goes when its time has come and nobody holds it, with two persons to lift a hold, and all of it on record.</summary>
public sealed partial class KeepingTests
{
    private const string Path = "/admin/v1/audit/keeping";
    private const string Due = """{"month":"2015-03","reason":"ten years are over"}""";

    [Fact]
    public async Task DeleteMonth_ThatIsDue_GoesAfterItsRecord_AndADryRunOnlySaysWhat()
    {
        await using var server = await StartAsync();
        var dry = await server.PostAsync(Path + ":delete?dry_run=true", Due, "petra");
        Assert.True(dry.Status == 200, dry.Text);
        Assert.Equal((2, false), ((int)dry.Json["records"]!, (bool)dry.Json["is_deleted"]!));
        Assert.Equal(4, server.Trail.Entries.Count);
        Assert.DoesNotContain(server.Journal.Records, static record => record.Event == KeepingMonths.DeletionEvent);

        var done = await server.PostAsync(Path + ":delete", Due, "petra");
        Assert.True(done.Status == 200, done.Text);
        Assert.Equal((2, true), ((int)done.Json["records"]!, (bool)done.Json["is_deleted"]!));
        Assert.Equal(2, server.Trail.Entries.Count(static entry => entry.Kind != AuditKind.Hold));
        var said = server.Journal.Records.Single(static record => record.Event == KeepingMonths.DeletionEvent);
        Assert.Equal("petra@hospital.example", said.Actor);
        var content = JsonDocument.Parse(said.After!).RootElement;
        Assert.Equal(("2015-03", 2), (content.GetProperty("month").GetString(), content.GetProperty("records").GetInt32()));
        Assert.Equal("gw-01/1", content.GetProperty("logs")[0].GetProperty("log").GetString());
        Assert.Contains(server.Journal.Records, record => record.Event == "keeping.deleted" && record.ParentId == said.Id);

        // Whoever verifies believes it, for these places of this month, once the log has both records.
        var deleted = new DeletedMonths(server.Time);
        await DeletionReader.ReadAsync(server.Trail, deleted, static _ => true, CancellationToken.None);
        Assert.Equal(0, deleted.Count);
        StoredTrail.Ship(server);
        await DeletionReader.ReadAsync(server.Trail, deleted, static _ => true, CancellationToken.None);
        Assert.True(deleted.Covers("gw-01/1", 1, new DateTimeOffset(2015, 3, 31, 23, 59, 59, TimeSpan.Zero)));
        Assert.False(deleted.Covers("gw-01/1", 2, new DateTimeOffset(2015, 3, 31, 23, 59, 59, TimeSpan.Zero)));
        Assert.False(deleted.Covers("gw-01/1", 1, new DateTimeOffset(2015, 4, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.Equal(404, (await server.PostAsync(Path + ":delete", Due, "petra")).Status);
    }

    [Theory]
    [InlineData("""{"month":"2020-01","reason":"too early"}""", 409, "kept")]
    [InlineData("""{"month":"2014-12","reason":"not there"}""", 404, "not-found")]
    [InlineData("""{"month":"2015-3","reason":"x"}""", 422, "invalid")]
    [InlineData("""{"month":"2015-13","reason":"x"}""", 422, "invalid")]
    [InlineData("""{"month":"201503","reason":"x"}""", 422, "invalid")]
    [InlineData("""{"reason":"x"}""", 422, "invalid")]
    [InlineData("""{"month":"2015-03"}""", 422, "invalid")]
    [InlineData("""{"month":"2015-03","reason":" "}""", 422, "invalid")]
    public async Task DeleteMonth_ThatMayNotGo_IsRefusedAndOnNoRecord(string body, int status, string code)
    {
        await using var server = await StartAsync();
        var answer = await server.PostAsync(Path + ":delete", body, "petra");

        Assert.Equal((status, code), (answer.Status, answer.Code));
        Assert.Equal(4, server.Trail.Entries.Count);
        Assert.DoesNotContain(server.Journal.Records, static record => record.Event == KeepingMonths.DeletionEvent);
    }

    [Fact]
    public async Task DeleteMonth_WithATenantThatKeepsLonger_WaitsForThatOne()
    {
        await using var server = await StartAsync(new KeepingRules(6, new Dictionary<string, int> { ["north"] = 12 }));
        Assert.Equal("kept", (await server.PostAsync(Path + ":delete", Due, "petra")).Code);
        Assert.Equal(200, (await server.PostAsync(Path + ":delete", """{"month":"2020-01","reason":"six years"}""", "petra")).Status);

        var months = (await server.GetAsync(Path, "petra")).Json["months"]!.AsArray();
        Assert.Equal(new DateTimeOffset(2027, 4, 1, 0, 0, 0, TimeSpan.Zero), (DateTimeOffset)months[0]!["kept_until"]!);
    }

    [Theory]
    [InlineData("""{"tenant":"north","reason":"a suit"}""")]
    [InlineData("""{"tenant":"north","patient":"Patient/p-1","reason":"a suit"}""")]
    [InlineData("""{"case":"c-1","reason":"a suit"}""")]
    public async Task Hold_OnATenantAPatientOrACase_KeepsTheMonth_UntilTwoPersonsLiftIt(string hold)
    {
        await using var server = await StartAsync();
        await server.AddKeyAsync("paul", "privacy-officer");
        var set = await server.PostAsync(Path + "/holds", hold, "petra");
        Assert.True(set.Status == 201, set.Text);
        var id = (string)set.Json["id"]!;
        StoredTrail.Ship(server);

        var refused = await server.PostAsync(Path + ":delete", Due, "petra");
        Assert.Equal((409, "held"), (refused.Status, refused.Code));
        Assert.Contains(id, refused.Text, StringComparison.Ordinal);
        Assert.Equal("held", (await server.PostAsync(Path + ":delete?dry_run=true", Due, "petra")).Code);
        Assert.DoesNotContain("p-1", (await server.GetAsync(Path + "/holds", "petra")).Text, StringComparison.Ordinal);

        const string Why = """{"reason":"the suit has ended"}""";
        Assert.Equal(200, (await server.PostAsync($"{Path}/holds/{id}:lift", Why, "petra")).Status);
        StoredTrail.Ship(server);
        Assert.Equal("second-person", (await server.PostAsync($"{Path}/holds/{id}:lift", Why, "petra")).Code);
        Assert.Equal("held", (await server.PostAsync(Path + ":delete", Due, "petra")).Code);
        Assert.Equal(200, (await server.PostAsync($"{Path}/holds/{id}:lift", Why, "paul")).Status);
        StoredTrail.Ship(server);
        Assert.Equal("lifted", (await server.PostAsync($"{Path}/holds/{id}:lift", Why, "paul")).Code);
        Assert.Equal(200, (await server.PostAsync(Path + ":delete", Due, "petra")).Status);
    }

    [Fact]
    public async Task Hold_OfAnother_KeepsNothingElse()
    {
        await using var server = await StartAsync();
        foreach (var hold in (string[])["""{"tenant":"south","reason":"x"}""", """{"tenant":"north","patient":"p-9","reason":"x"}"""])
        {
            Assert.Equal(201, (await server.PostAsync(Path + "/holds", hold, "petra")).Status);
        }

        StoredTrail.Ship(server);
        Assert.Equal(200, (await server.PostAsync(Path + ":delete", Due, "petra")).Status);
    }

    [Theory]
    [InlineData("""{"reason":"x"}""", 422)]
    [InlineData("""{"tenant":"north"}""", 422)]
    [InlineData("""{"tenant":"*","reason":"x"}""", 422)]
    [InlineData("""{"patient":"p-1","reason":"x"}""", 422)]
    [InlineData("""{"tenant":"north","patient":"p 1","reason":"x"}""", 422)]
    [InlineData("""{"tenant":"north","case":"c-1","reason":"x"}""", 422)]
    [InlineData("""{"case":"c-9","reason":"x"}""", 404)]
    public async Task Hold_OnWhatCannotBeHeld_IsRefused(string body, int status)
    {
        await using var server = await StartAsync();
        Assert.Equal(status, (await server.PostAsync(Path + "/holds", body, "petra")).Status);
        Assert.Equal(404, (await server.PostAsync($"{Path}/holds/{Guid.NewGuid()}:lift", """{"reason":"x"}""", "petra")).Status);
        Assert.Equal(403, (await server.PostAsync(Path + ":delete", Due, "august")).Status);
        Assert.Equal(200, (await server.GetAsync(Path, "august")).Status);
    }

    [Fact]
    public async Task DeleteMonth_ThatTheStoreRefuses_IsOnRecordAsNotDone()
    {
        await using var server = await StartAsync(mayDelete: false);
        var answer = await server.PostAsync(Path + ":delete", Due, "petra");

        Assert.Equal((409, "not-deleted"), (answer.Status, answer.Code));
        Assert.StartsWith("not deleted", server.Journal.Records.Last(static record => record.Event == "keeping.deleted").Note);
        Assert.Equal(4, server.Trail.Entries.Count(static entry => entry.Kind != AuditKind.Hold));

        // Whoever verifies misses what goes from that month afterwards.
        StoredTrail.Ship(server);
        var deleted = new DeletedMonths(server.Time);
        await DeletionReader.ReadAsync(server.Trail, deleted, static _ => true, CancellationToken.None);
        Assert.Equal(0, deleted.Count);
    }

    [Theory]
    [InlineData("zz/1")]
    [InlineData("gw-01/1")]
    public async Task Lift_ThatTheNodeNeverWrote_LiftsNothing(string log)
    {
        await using var server = await StartAsync();
        await server.AddKeyAsync("paul", "privacy-officer");
        var id = await HoldAsync(server, """{"tenant":"north","reason":"a suit"}""");
        foreach (var person in (string[])["petra@hospital.example", "paul@hospital.example"])
        {
            var lift = Step("keeping.lift", id, """{"Reason":"over"}""", server.Time.Now);
            lift.Actor = person;
            server.Trail.Entries.Add(StoredTrail.EntryOf(lift, server.Trail.Entries.Count) with { Log = log });
        }

        Assert.Equal("held", (await server.PostAsync(Path + ":delete", Due, "petra")).Code);
        Assert.Null((await server.GetAsync(Path + "/holds", "petra")).Json["items"]![0]!["lift_asked_by"]);
    }

    [Theory]
    [InlineData("petra", "paul")]
    [InlineData("paul", "petra")]
    public async Task Lift_BySomebodyWhoseKeyTheOtherKnows_IsThatOfOnePerson(string first, string second)
    {
        await using var server = await StartAsync();
        await server.AddKeyAsync("paul", "privacy-officer");
        await server.AddKeyAsync("pia", "privacy-officer");
        var key = (await server.Store.FindAsync(RegistryKind.AdminKey, "paul", CancellationToken.None))!;
        var known = AuthorNote.Known(key.Json, ["paul@hospital.example", "petra@hospital.example"]);
        await server.Store.WriteAsync(
            [new RegistryWrite(RegistryKind.AdminKey, "paul", known, key.Version)],
            "system",
            CancellationToken.None
        );
        var id = await HoldAsync(server, """{"tenant":"north","reason":"a suit"}""");

        Assert.Equal(200, (await LiftAsync(server, id, first)).Status);
        StoredTrail.Ship(server);
        Assert.Equal("second-person", (await LiftAsync(server, id, second)).Code);
        Assert.Equal("held", (await server.PostAsync(Path + ":delete", Due, "petra")).Code);
        Assert.Equal(200, (await LiftAsync(server, id, "pia")).Status);
        StoredTrail.Ship(server);
        Assert.Equal(200, (await server.PostAsync(Path + ":delete", Due, "petra")).Status);
    }

    [Fact]
    public async Task Hold_OnACase_KeepsItsMonthsAndNoOther()
    {
        await using var server = await StartAsync(new KeepingRules(6, new Dictionary<string, int>()));
        await HoldAsync(server, """{"case":"c-1","reason":"a suit"}""");

        Assert.Equal("held", (await server.PostAsync(Path + ":delete", Due, "petra")).Code);
        Assert.Equal(200, (await server.PostAsync(Path + ":delete", """{"month":"2020-01","reason":"six years"}""", "petra")).Status);
    }

    // By one person, each of them.
    [Theory]
    [InlineData("emptied", 200)]
    [InlineData("deleted", 409)]
    [InlineData("unreadable", 409)]
    public async Task Hold_OnACaseThatIsTakenApart_KeepsWhatItWasAbout(string what, int other)
    {
        await using var server = await StartAsync(new KeepingRules(6, new Dictionary<string, int>()));
        await HoldAsync(server, """{"case":"c-1","reason":"a suit"}""");
        var of = what == "emptied" ? (RegistryKind.Case, "c-1") : (RegistryKind.Alert, "a-1");
        var item = (await server.Store.FindAsync(of.Item1, of.Item2, CancellationToken.None))!;
        var json = what switch
        {
            "emptied" => item.Json.Replace("\"a-1\"", string.Empty, StringComparison.Ordinal),
            "deleted" => null,
            _ => System.Text.RegularExpressions.Regex.Replace(item.Json, "\"records\":\\[\"[^\"]*\"", "\"records\":[\"elsewhere\""),
        };
        Assert.NotEqual(item.Json, json);
        await server.Store.WriteAsync([new RegistryWrite(of.Item1, of.Item2, json, item.Version)], "system", CancellationToken.None);

        Assert.Equal("held", (await server.PostAsync(Path + ":delete", Due, "petra")).Code);
        var answer = await server.PostAsync(Path + ":delete", """{"month":"2020-01","reason":"six years"}""", "petra");
        Assert.Equal(other, answer.Status);
    }

    [Theory]
    [InlineData(3, 6)]
    [InlineData(6, 6)]
    [InlineData(11, 11)]
    public void Rules_OfFewYears_AreSixAtLeast(int configured, int years)
    {
        Assert.Equal(years, new KeepingRules(configured, new Dictionary<string, int>()).Of(null));
        Assert.Equal(years, new KeepingRules(30, new Dictionary<string, int> { ["north"] = configured }).Of("north"));
    }

    private static async Task<AdminServer> StartAsync(
        KeepingRules? rules = null,
        bool mayDelete = true,
        bool isShipping = true,
        NodeNames? names = null,
        long unsealed = 0
    )
    {
        FakeAuditStore? trail = null;
        var server = await AdminServer.StartAsync(
            configure: options =>
            {
                options.Keeping = rules ?? KeepingRules.Default;
                options.Names = names;
                options.ShippedWithin = isShipping ? TimeSpan.FromMinutes(5) : TimeSpan.Zero;
            },
            services: services =>
                services
                    .AddSingleton<IAuditKeeping>(provider => new FakeAuditKeeping(
                        trail ??= (FakeAuditStore)provider.GetRequiredService<IAuditStore>(),
                        mayDelete
                    )
                    {
                        Unsealed = unsealed,
                    })
                    .AddSingleton<ITrailProof>(provider => new JournalProof((FakeJournal)provider.GetRequiredService<IAuditJournal>()))
        );
        // What begins a deletion is shipped at once, with all that was recorded before it.
        server.Journal.Appended = record =>
        {
            if (isShipping && record.Event is KeepingMonths.DeletionEvent or KeepingMonths.DestroyEvent)
            {
                StoredTrail.Ship(server);
            }
        };
        await server.AddKeyAsync("petra", "privacy-officer");
        AuditRecord[] old = [Of(2015, 3, "p-1"), Of(2015, 3, "p-2"), Of(2020, 1, "p-1"), Of(2026, 4, "p-1")];
        old[2].Tenant = "south";
        StoredTrail.Add(server, old);
        var alert = new Alert
        {
            Id = "a-1",
            Kind = "drift",
            Subject = "client/acme",
            At = DateTimeOffset.UnixEpoch,
            Evidence = "words",
            Records = [old[0].Id.ToString("D")],
        };
        var known = new AlertCase
        {
            Id = "c-1",
            Title = "a case",
            Subject = "client/acme",
            Alerts = ["a-1"],
            OpenedBy = "august",
            OpenedAt = DateTimeOffset.UnixEpoch,
        };
        await server.Store.WriteAsync(
            [
                new RegistryWrite(RegistryKind.Alert, "a-1", RegistryJson.Serialize(alert), 0),
                new RegistryWrite(RegistryKind.Case, "c-1", RegistryJson.Serialize(known), 0),
            ],
            "system",
            CancellationToken.None
        );
        return server;
    }

    private static async Task<Guid> HoldAsync(AdminServer server, string hold)
    {
        var set = await server.PostAsync(Path + "/holds", hold, "petra");
        Assert.True(set.Status == 201, set.Text);
        StoredTrail.Ship(server);
        return (Guid)set.Json["id"]!;
    }

    private static Task<AdminAnswer> LiftAsync(AdminServer server, Guid id, string person) =>
        server.PostAsync($"{Path}/holds/{id}:lift", """{"reason":"the suit has ended"}""", person);

    private static AuditRecord Step(string @event, Guid parent, string after, DateTimeOffset time) =>
        new()
        {
            Id = Guid.NewGuid(),
            ParentId = parent,
            Kind = AuditKind.Hold,
            Event = @event,
            Time = time,
            After = after,
        };

    private static AuditRecord Of(int year, int month, string patient)
    {
        var record = TestRecords.Disclosure(patient);
        record.Time = new DateTimeOffset(year, month, 10, 12, 0, 0, TimeSpan.Zero);
        return record;
    }

    /// <summary>Believes what the control plane has recorded itself, byte for byte.</summary>
    private sealed class JournalProof(FakeJournal journal) : ITrailProof
    {
        public bool Proves(AuditEntry row) =>
            row.Log == "gw-01/1"
            && journal.Records.Any(record => StoredTrail.EntryOf(record, row.Sequence).Body.Span.SequenceEqual(row.Body.Span));
    }
}

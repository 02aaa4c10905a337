using System.Text.Json;
using PhiGateway.Admin.Configuration;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Admin;

public sealed partial class KeepingTests
{
    private const string Destroy = Path + ":destroy-content";
    private const string North = """{"month":"2015-03","tenant":"north","reason":"the contract ended"}""";

    [Fact]
    public async Task DestroyContent_ByTwoPersons_GoesAfterItsRecord_AndTheTrailSaysSo()
    {
        await using var server = await StartAsync();
        await server.AddKeyAsync("paul", "privacy-officer");
        var dry = await server.PostAsync(Destroy + "?dry_run=true", North, "petra");
        Assert.True(dry.Status == 200, dry.Text);
        Assert.Equal((2, false), ((int)dry.Json["records"]!, (bool)dry.Json["is_destroyed"]!));
        Assert.DoesNotContain(server.Journal.Records, static record => record.Event == "keeping.destroy-ask");

        var asked = await server.PostAsync(Destroy, North, "petra");
        Assert.Equal((200, false), (asked.Status, (bool)asked.Json["is_destroyed"]!));
        StoredTrail.Ship(server);
        Assert.Equal("second-person", (await server.PostAsync(Destroy, North, "petra")).Code);
        Assert.DoesNotContain(server.Trail.Entries, static entry => entry.IsDestroyed);

        var done = await server.PostAsync(Destroy, North, "paul");
        Assert.True(done.Status == 200, done.Text);
        Assert.True((bool)done.Json["is_destroyed"]!);
        Assert.Equal("petra@hospital.example", (string?)done.Json["asked_by"]);
        Assert.Equal(2, server.Trail.Entries.Count(static entry => entry.IsDestroyed));
        var said = server.Journal.Records.Single(static record => record.Event == KeepingMonths.DestroyEvent);
        var content = JsonDocument.Parse(said.After!).RootElement;
        Assert.Equal(
            ["paul@hospital.example", "petra@hospital.example"],
            content.GetProperty("persons").EnumerateArray().Select(static one => one.GetString()).Order()
        );

        // Verifiers believe it for these places of this tenant's month, once the log has both records; nothing is missing for that.
        StoredTrail.Ship(server);
        var deleted = new DeletedMonths(server.Time);
        await DeletionReader.ReadAsync(server.Trail, deleted, static _ => true, CancellationToken.None);
        var time = new DateTimeOffset(2015, 3, 31, 23, 59, 59, TimeSpan.Zero);
        Assert.True(deleted.CoversBody("gw-01/1", 1, time, "north"));
        Assert.False(deleted.CoversBody("gw-01/1", 1, time, "south"));
        Assert.False(deleted.CoversBody("gw-01/1", 2, time, "north"));
        Assert.False(deleted.CoversBody("gw-01/1", 1, time.AddDays(1), "north"));
        Assert.False(deleted.Covers("gw-01/1", 1, time));

        // Search and AuditEvent say what became of it, and what must be whole is refused.
        var gone = server.Trail.Entries.First(static entry => entry.IsDestroyed);
        var one = await server.GetAsync($"/admin/v1/audit/{gone.Id:D}", "august");
        Assert.True((bool)one.Json["record"]!["destroyed"]!, one.Text);
        Assert.Equal(AuditEntry.DestroyedNote, (string?)one.Json["record"]!["record"]!["note"]);
        Assert.Equal("north", (string?)one.Json["record"]!["record"]!["tenant"]);
        Assert.DoesNotContain("p-1", one.Text, StringComparison.Ordinal);
        await server.AddKeyAsync("cora", "audit-consumer");
        var events = await server.GetAsync($"/fhir/AuditEvent/{gone.Id:D}", "cora");
        Assert.True(events.Status == 200, events.Text);
        Assert.Contains(AuditEntry.DestroyedNote, events.Text, StringComparison.Ordinal);
        Assert.Equal("destroyed", (await server.PostAsync(Destroy, North, "petra")).Code);
    }

    [Theory]
    [InlineData("""{"month":"2020-01","tenant":"south","reason":"too early"}""", 409, "kept")]
    [InlineData("""{"month":"2015-03","tenant":"south","reason":"not there"}""", 404, "not-found")]
    [InlineData("""{"month":"2015-3","tenant":"north","reason":"x"}""", 422, "invalid")]
    [InlineData("""{"tenant":"north","reason":"x"}""", 422, "invalid")]
    [InlineData("""{"month":"2015-03","tenant":"north"}""", 422, "invalid")]
    [InlineData("""{"month":"2015-03","tenant":"north","reason":" "}""", 422, "invalid")]
    [InlineData("""{"month":"2015-03","reason":"x"}""", 422, "invalid")]
    [InlineData("""{"month":"2015-03","tenant":"*","reason":"x"}""", 422, "invalid")]
    [InlineData("""{"month":"2015-03","tenant":"nroth","reason":"x"}""", 422, "invalid")]
    public async Task DestroyContent_ThatMayNotGo_IsRefusedAndOnNoRecord(string body, int status, string code)
    {
        await using var server = await StartAsync();
        var answer = await server.PostAsync(Destroy, body, "petra");

        Assert.Equal((status, code), (answer.Status, answer.Code));
        Assert.DoesNotContain(server.Journal.Records, static record => record.Kind == AuditKind.Hold);
    }

    [Theory]
    [InlineData("""{"tenant":"north","reason":"a suit"}""", true)]
    [InlineData("""{"tenant":"north","patient":"p-1","reason":"a suit"}""", true)]
    [InlineData("""{"case":"c-1","reason":"a suit"}""", true)]
    [InlineData("""{"tenant":"south","reason":"a suit"}""", false)]
    [InlineData("""{"tenant":"north","patient":"p-9","reason":"a suit"}""", false)]
    public async Task DestroyContent_UnderAHold_IsRefusedToBothPersons(string hold, bool isHeld)
    {
        await using var server = await StartAsync();
        await server.AddKeyAsync("paul", "privacy-officer");

        // Set after the first has asked: the second is refused, whatever was asked before.
        Assert.Equal(200, (await server.PostAsync(Destroy, North, "petra")).Status);
        await HoldAsync(server, hold);
        var answer = await server.PostAsync(Destroy, North, "paul");

        Assert.Equal(isHeld ? (409, "held") : (200, null), (answer.Status, answer.Status == 200 ? null : answer.Code));
        Assert.Equal(!isHeld, server.Trail.Entries.Exists(static entry => entry.IsDestroyed));
    }

    [Fact]
    public async Task DestroyContent_OfATenantThatKeepsLonger_WaitsAndTheOthersNeedNot()
    {
        await using var server = await StartAsync(new KeepingRules(6, new Dictionary<string, int> { ["north"] = 12 }));
        await server.AddKeyAsync("paul", "privacy-officer");
        Assert.Equal("kept", (await server.PostAsync(Destroy, North, "petra")).Code);

        const string South = """{"month":"2020-01","tenant":"south","reason":"six years are over"}""";
        Assert.Equal(200, (await server.PostAsync(Destroy, South, "petra")).Status);
        StoredTrail.Ship(server);
        Assert.True((bool)(await server.PostAsync(Destroy, South, "paul")).Json["is_destroyed"]!);
    }

    [Fact]
    public async Task DestroyContent_AskedForByNobodyOfThisNode_NeedsTwoPersonsStill()
    {
        await using var server = await StartAsync();
        var ask = Step(
            "keeping.destroy-ask",
            Guid.Empty,
            """{"Month":"2015-03","Tenant":"north","Reason":"x","Persons":["paul@hospital.example"]}""",
            server.Time.Now
        );
        ask.Actor = "paul@hospital.example";
        server.Trail.Entries.Add(StoredTrail.EntryOf(ask, server.Trail.Entries.Count));

        var answer = await server.PostAsync(Destroy, North, "petra");
        Assert.Equal((200, false), (answer.Status, (bool)answer.Json["is_destroyed"]!));
        Assert.DoesNotContain(server.Trail.Entries, static entry => entry.IsDestroyed);
    }

    [Fact]
    public async Task DestroyContent_AskedForAMonthAgo_IsForgotten()
    {
        await using var server = await StartAsync();
        await server.AddKeyAsync("paul", "privacy-officer");
        Assert.Equal(200, (await server.PostAsync(Destroy, North, "petra")).Status);
        StoredTrail.Ship(server);
        server.Time.Now += TimeSpan.FromDays(31);

        Assert.False((bool)(await server.PostAsync(Destroy, North, "paul")).Json["is_destroyed"]!);
    }

    [Fact]
    public async Task DestroyContent_OfWhatWasNeverSealed_IsRefused()
    {
        await using var server = await StartAsync(unsealed: 1);
        Assert.Equal("not-sealed", (await server.PostAsync(Destroy, North, "petra")).Code);
    }

    [Fact]
    public async Task DestroyContent_ThatTheStoreRefuses_IsOnRecordAsNotDone()
    {
        await using var server = await StartAsync(mayDelete: false);
        await server.AddKeyAsync("paul", "privacy-officer");
        Assert.Equal(200, (await server.PostAsync(Destroy, North, "petra")).Status);
        StoredTrail.Ship(server);
        var answer = await server.PostAsync(Destroy, North, "paul");

        Assert.Equal((409, "not-destroyed"), (answer.Status, answer.Code));
        Assert.StartsWith("not destroyed", server.Journal.Records.Last(static record => record.Event == "keeping.destroyed").Note);
        StoredTrail.Ship(server);
        var deleted = new DeletedMonths(server.Time);
        await DeletionReader.ReadAsync(server.Trail, deleted, static _ => true, CancellationToken.None);
        Assert.False(deleted.CoversBody("gw-01/1", 1, new DateTimeOffset(2015, 3, 31, 0, 0, 0, TimeSpan.Zero), "north"));
    }

    [Fact]
    public async Task Keys_OfTheTrailsContent_AreForReadersAndDestroyingForOfficers()
    {
        await using var server = await StartAsync();
        var keys = await server.GetAsync(Path + "/keys", "august");
        Assert.True(keys.Status == 200, keys.Text);
        Assert.Contains(keys.Json["items"]!.AsArray(), static key => (string?)key!["month"] == "2015-03");
        Assert.Equal(403, (await server.PostAsync(Destroy, North, "august")).Status);
    }
}

using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Configuration;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>A month of the trail goes when its time has come and nobody holds it, with two persons to lift a hold, and all of it on record.</summary>
public sealed class KeepingTests
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
        Assert.Equal(2, server.Trail.Entries.Count);
        var said = server.Journal.Records.Single(static record => record.Event == KeepingMonths.DeletionEvent);
        Assert.Equal("petra@hospital.example", said.Actor);
        var content = JsonDocument.Parse(said.After!).RootElement;
        Assert.Equal(("2015-03", 2), (content.GetProperty("month").GetString(), content.GetProperty("records").GetInt32()));
        Assert.Equal("gw-01/1", content.GetProperty("logs")[0].GetProperty("log").GetString());
        Assert.Contains(server.Journal.Records, record => record.Event == "keeping.deleted" && record.ParentId == said.Id);

        // Whoever verifies believes it.
        var deleted = new DeletedMonths();
        deleted.Add(said);
        Assert.True(deleted.Covers(new DateTimeOffset(2015, 3, 31, 23, 59, 59, TimeSpan.Zero)));
        Assert.False(deleted.Covers(new DateTimeOffset(2015, 4, 1, 0, 0, 0, TimeSpan.Zero)));
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
        Assert.Equal(4, server.Trail.Entries.Count);
    }

    [Theory]
    [InlineData("""{"month":"2015-03"}""", 2021, true)]
    [InlineData("""{"month":"2015-03"}""", 2020, false)]
    [InlineData("""{"month":"2015-3"}""", 2026, false)]
    [InlineData("""{"month":201503}""", 2026, false)]
    [InlineData("""["2015-03"]""", 2026, false)]
    [InlineData("no json", 2026, false)]
    [InlineData("", 2026, false)]
    public void DeletedMonths_OfARecordThatCouldNotHaveBeen_AreNotBelieved(string after, int year, bool isBelieved)
    {
        var deleted = new DeletedMonths();
        deleted.Add(
            new AuditRecord
            {
                Id = Guid.NewGuid(),
                Kind = AuditKind.Hold,
                Event = KeepingMonths.DeletionEvent,
                Time = new DateTimeOffset(year, 4, 2, 0, 0, 0, TimeSpan.Zero),
                After = after,
            }
        );

        Assert.Equal(isBelieved, deleted.Covers(new DateTimeOffset(2015, 3, 2, 0, 0, 0, TimeSpan.Zero)));
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

    private static async Task<AdminServer> StartAsync(KeepingRules? rules = null, bool mayDelete = true)
    {
        FakeAuditStore? trail = null;
        var server = await AdminServer.StartAsync(
            configure: options => options.Keeping = rules ?? KeepingRules.Default,
            services: services =>
                services.AddSingleton<IAuditKeeping>(provider => new FakeAuditKeeping(
                    trail ??= (FakeAuditStore)provider.GetRequiredService<IAuditStore>(),
                    mayDelete
                ))
        );
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

    private static AuditRecord Of(int year, int month, string patient)
    {
        var record = TestRecords.Disclosure(patient);
        record.Time = new DateTimeOffset(year, month, 10, 12, 0, 0, TimeSpan.Zero);
        return record;
    }
}

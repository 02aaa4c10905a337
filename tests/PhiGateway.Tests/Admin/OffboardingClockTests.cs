using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Organizations;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>From the event to the last closed door: put together from records, held against the figures, with the letter to the partner.</summary>
public sealed class OffboardingClockTests
{
    private const string Offboard = "/admin/v1/organizations/acme:offboard";
    private const string List = "/admin/v1/offboardings";

    [Theory]
    [InlineData(30, true)]
    [InlineData(90, false)]
    public async Task Offboard_AfterAnEvent_IsHeldAgainstTheHour(int minutes, bool isMet)
    {
        await using var server = await StartAsync();
        var last = Called(server, server.Time.Now.AddMinutes(-minutes + 5));
        Issued(server, server.Time.Now.AddMinutes(-1));

        var at = server.Time.Now.AddMinutes(-minutes);
        var done = await server.PostAsync(Offboard, $$"""{"reason":"contract ended","event":"hr","event_at":"{{at:O}}"}""");
        Assert.True(done.Status == 200, done.Text);
        var one = await OneAsync(server, "august");

        var offboarding = one["offboarding"]!;
        Assert.Equal(
            ("organization/acme", "revoke", "hr", "olga@hospital.example"),
            ((string)offboarding["subject"]!, (string)offboarding["stage"]!, (string)offboarding["event"]!, (string)offboarding["by"]!)
        );
        Assert.Equal(["gw-01", "gw-02"], offboarding["in_force"]!["nodes"]!.AsArray().Select(static node => (string)node!));
        Assert.Equal(["acme-connector"], offboarding["clients"]!.AsArray().Select(static client => (string)client!));
        var measures = one["measures"]!.AsArray();
        Assert.Equal([isMet, null, isMet], measures.Select(static measure => (bool?)measure!["is_met"]));
        Assert.Equal(minutes * 60, (double)measures[0]!["seconds"]!, 3);
        Assert.All(measures.Take(2), static measure => Assert.Contains("proposed", (string)measure!["rule"]!));

        // What was let out last is the call, not the token after it.
        var call = Assert.Single(one["calls"]!.AsArray())!;
        Assert.Equal(last, (Guid)call["record"]!);
        Assert.Null(call["permitted_since"]);
        Assert.Contains(server.Journal.Records, static record => record is { Event: "audit.offboarding", Kind: AuditKind.AuditUse });
    }

    [Fact]
    public async Task Offboard_ClientThatCallsAgain_IsSaid()
    {
        await using var server = await StartAsync();
        await server.PostAsync(Offboard, """{"reason":"observe","stage":"suspend"}""");
        Called(server, server.Time.Now.AddMinutes(10));

        var call = Assert.Single((await OneAsync(server, "august"))["calls"]!.AsArray())!;

        Assert.Null(call["last_permitted"]);
        Assert.NotNull(call["permitted_since"]);
    }

    [Fact]
    public async Task Offboard_NodeThatIsBehind_IsNotInForceUntilItSaysSo()
    {
        await using var server = await StartAsync();
        server.Store.Nodes.Add(new NodeStatus("gw-03", 1, server.Time.Now, null));
        await server.PostAsync(Offboard, """{"reason":"contract ended"}""");
        Assert.Null((await OneAsync(server, "olga"))["offboarding"]!["in_force"]);

        // It is seen behind the answer, as soon as the node says so.
        server.Store.Nodes[^1] = server.Store.Nodes[^1] with
        {
            Revision = long.MaxValue,
        };
        using var bound = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        while (server.Journal.Records.All(static record => record.Event != "offboarding.in-force"))
        {
            await Task.Delay(20, bound.Token);
        }

        Assert.Equal(3, (await OneAsync(server, "olga"))["offboarding"]!["in_force"]!["nodes"]!.AsArray().Count);
    }

    // A node of which nothing is heard may be cut off, and serves on until what it knew is too old.
    [Fact]
    public async Task Offboard_NodeThatIsCutOff_IsClosedByItsAgeAndNotByItsSilence()
    {
        await using var server = await StartAsync();
        server.Time.Now += TimeSpan.FromMinutes(1);
        var heard = server.Time.Now.AddMinutes(-2);
        server.Store.Nodes.Clear();
        server.Store.Nodes.AddRange(
            ((string[])["gw-01", "gw-02"]).Select(node => new NodeStatus(node, long.MaxValue, server.Time.Now, null))
        );
        server.Store.Nodes.Add(new NodeStatus("gw-03", 1, heard, null, heard));
        server.Store.Nodes.Add(new NodeStatus("gw-04", 1, server.Time.Now.AddHours(-1), null, server.Time.Now.AddHours(-1)));
        await server.PostAsync(Offboard, """{"reason":"contract ended"}""");
        var one = (await OneAsync(server, "olga"))["offboarding"]!;
        Assert.Null(one["in_force"]);

        // It is named, with the moment at which it is closed; one that had closed long before is not.
        var waiting = Assert.Single(one["waiting"]!.AsArray())!;
        Assert.Equal(("gw-03", heard.AddMinutes(15)), ((string)waiting["node"]!, waiting["closed_at_latest"]!.GetValue<DateTimeOffset>()));
        var act = server.Time.Now;
        var clock = server.Services.GetRequiredService<OffboardingClock>();
        server.Time.Now = act.AddMinutes(12);
        Assert.Equal(0, await clock.RunOnceAsync(default));
        server.Time.Now = act.AddMinutes(14);
        Assert.Equal(1, await clock.RunOnceAsync(default));
        Assert.Equal(0, await clock.RunOnceAsync(default));

        one = (await OneAsync(server, "olga"))["offboarding"]!;
        Assert.Equal(act.AddMinutes(14), one["in_force"]!["at"]!.GetValue<DateTimeOffset>());
        Assert.Equal(["gw-01", "gw-02"], one["in_force"]!["nodes"]!.AsArray().Select(static node => (string)node!));
        Assert.Equal("gw-03", (string)Assert.Single(one["in_force"]!["unconfirmed"]!.AsArray())!["node"]!);
        Assert.Null(one["waiting"]);
    }

    // The node that answered the call has ended: another one, or its next process, goes on with the clock.
    [Fact]
    public async Task Clock_AfterARestart_GoesOnAndEndsNoLaterThanItCanHave()
    {
        await using var server = await StartAsync();
        server.Time.Now += TimeSpan.FromMinutes(1);
        server.Store.Nodes.Add(new NodeStatus("gw-03", 1, server.Time.Now, null, server.Time.Now));
        await server.PostAsync(Offboard, """{"reason":"contract ended"}""");
        var act = server.Time.Now;
        StoredTrail.Ship(server);

        await using var other = await StartAsync();
        other.Trail.Entries.AddRange(server.Trail.Entries);
        other.Store.Nodes.Clear();
        other.Store.Nodes.Add(new NodeStatus("gw-03", long.MaxValue, act.AddHours(3), null, act.AddHours(3)));
        other.Time.Now = act.AddHours(3);
        Assert.Equal(1, await other.Services.GetRequiredService<OffboardingClock>().RunOnceAsync(default));

        var one = await OneAsync(other, "olga");
        Assert.Equal(act.AddMinutes(15), one["offboarding"]!["in_force"]!["at"]!.GetValue<DateTimeOffset>());
        Assert.Equal(true, (bool?)one["measures"]![0]!["is_met"]);
    }

    [Fact]
    public async Task Find_OneOfThem_ReadsWhatBelongsToItOnly()
    {
        await using var server = await StartAsync();
        await server.PostAsync(Offboard, """{"reason":"contract ended"}""");
        await server.PostAsync("/admin/v1/owners/mary@hospital.example:left", """{"reason":"moved on"}""");
        StoredTrail.Ship(server);
        var id = server.Journal.Records.First(static record => record.Event == "offboarding.begin").Id;

        Assert.Equal(200, (await server.GetAsync($"{List}/{id}", "olga")).Status);
        Assert.Equal(id, server.Trail.LastQuery!.Id);
        // A notice is no offboarding, whatever its id.
        var notice = server.Journal.Records.First(static record => record.Event == "offboarding.in-force").Id;
        Assert.Equal(404, (await server.GetAsync($"{List}/{notice}", "olga")).Status);
    }

    [Fact]
    public async Task OwnerLeft_HasAClockToo_AndADryRunHasNone()
    {
        await using var server = await StartAsync();
        await server.PostAsync(Offboard + "?dry_run=true", """{"reason":"r"}""");
        Assert.Equal(404, (await server.PostAsync("/admin/v1/owners/nobody:left", "{}")).Status);
        StoredTrail.Ship(server);
        Assert.Empty((await server.GetAsync(List, "olga")).Json["items"]!.AsArray());

        await server.PostAsync("/admin/v1/owners/mary@hospital.example:left", """{"reason":"moved on","event":"caep"}""");
        var one = (await OneAsync(server, "olga"))["offboarding"]!;

        Assert.Equal(
            ("owner/mary@hospital.example", "left", "caep"),
            ((string)one["subject"]!, (string)one["stage"]!, (string)one["event"]!)
        );
        Assert.Equal(["acme"], one["organizations"]!.AsArray().Select(static id => (string)id!));
        Assert.Null((await OneAsync(server, "olga"))["calls"]);
    }

    [Fact]
    public async Task Notice_Sent_StandsAgainstTheDay_AndTheLetterNamesWhatEnded()
    {
        await using var server = await StartAsync();
        await server.PatchAsync("/admin/v1/organizations/acme", """{"contacts":{"security":"soc@acme.example"}}""");
        await server.PostAsync(Offboard, """{"reason":"contract ended"}""");
        var one = await OneAsync(server, "olga");
        var letter = Assert.Single(one["letters"]!.AsArray())!;
        Assert.Equal("acme", (string)letter["organization"]!);
        Assert.Contains("acme-connector", (string)letter["text"]!);
        Assert.Equal("soc@acme.example", (string)letter["contacts"]!["security"]!);

        var path = $"{List}/{(string)one["offboarding"]!["id"]!}:notice-sent";
        server.Time.Now += TimeSpan.FromHours(2);
        Assert.Equal(200, (await server.PostAsync(path + "?dry_run=true", """{"to":"soc@acme.example"}""")).Status);
        var sent = await server.PostAsync(path, """{"to":"soc@acme.example","reference":"letter-7"}""");
        Assert.True(sent.Status == 200, sent.Text);

        one = await OneAsync(server, "olga");
        var notice = Assert.Single(one["offboarding"]!["notices"]!.AsArray())!;
        Assert.Equal(
            ("soc@acme.example", "letter-7", "olga@hospital.example"),
            ((string)notice["to"]!, (string)notice["reference"]!, (string)notice["by"]!)
        );
        Assert.Equal((7200, true), ((double)one["measures"]![1]!["seconds"]!, (bool)one["measures"]![1]!["is_met"]!));
    }

    [Fact]
    public async Task Notice_NobodySent_IsMissedAfterADay()
    {
        await using var server = await StartAsync();
        await server.PostAsync(Offboard, """{"reason":"contract ended"}""");
        server.Time.Now += TimeSpan.FromHours(25);

        Assert.Equal(
            [true, false, true],
            (await OneAsync(server, "olga"))["measures"]!.AsArray().Select(static measure => (bool?)measure!["is_met"])
        );
    }

    [Theory]
    [InlineData("""{"reason":"r","event_at":"2027-01-01T00:00:00Z"}""", "/event_at")]
    [InlineData("""{"reason":"r","event_at":"1999-01-01T00:00:00Z"}""", "/event_at")]
    [InlineData("""{"reason":"r","event":"rumour"}""", "/event")]
    [InlineData("""{"reason":"r","event_at":"yesterday"}""", "/event_at")]
    public async Task Offboard_EventThatCannotBe_IsRefusedAndStopsNobody(string body, string pointer)
    {
        await using var server = await StartAsync();

        Assert.Equal([pointer], (await server.PostAsync(Offboard, body)).Pointers);
        Assert.Equal("active", (string)(await server.GetAsync("/admin/v1/clients/acme-connector")).Json["status"]!);
    }

    [Theory]
    [InlineData("{}", "/to")]
    [InlineData("""{"to":"x","sent_at":"2030-01-01T00:00:00Z"}""", "/sent_at")]
    [InlineData("""{"to":"x","sent_at":"2020-01-01T00:00:00Z"}""", "/sent_at")]
    public async Task Notice_ThatCannotBe_IsRefused(string body, string pointer)
    {
        await using var server = await StartAsync();
        await server.PostAsync(Offboard, """{"reason":"contract ended"}""");
        var id = (string)(await OneAsync(server, "olga"))["offboarding"]!["id"]!;

        Assert.Equal([pointer], (await server.PostAsync($"{List}/{id}:notice-sent", body)).Pointers);
        Assert.Equal(404, (await server.PostAsync($"{List}/{Guid.NewGuid()}:notice-sent", """{"to":"x"}""")).Status);
        Assert.Equal(403, (await server.GetAsync(List, "vera")).Status);
    }

    // What closes a door finds room in a journal that has room for nothing else.
    [Fact]
    public async Task OwnerLeft_JournalWithItsReserveOnly_IsDone()
    {
        await using var server = await StartAsync();
        server.Journal.HasOnlyItsReserve = true;

        Assert.Equal(200, (await server.PostAsync("/admin/v1/owners/mary@hospital.example:left", """{"reason":"moved on"}""")).Status);
    }

    private static async Task<AdminServer> StartAsync()
    {
        var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        foreach (var node in (string[])["gw-01", "gw-02"])
        {
            server.Store.Nodes.Add(new NodeStatus(node, long.MaxValue, server.Time.Now, null));
        }

        return server;
    }

    private static async Task<JsonNode> OneAsync(AdminServer server, string person)
    {
        StoredTrail.Ship(server);
        var id = (string)Assert.Single((await server.GetAsync(List, person)).Json["items"]!.AsArray())!["offboarding"]!["id"]!;
        var answer = await server.GetAsync($"{List}/{id}", person);
        Assert.True(answer.Status == 200, answer.Text);
        return answer.Json;
    }

    private static Guid Called(AdminServer server, DateTimeOffset at) => Add(server, at, AuditKind.Disclosure, null);

    private static void Issued(AdminServer server, DateTimeOffset at) => Add(server, at, AuditKind.Auth, "token.issue");

    private static Guid Add(AdminServer server, DateTimeOffset at, AuditKind kind, string? what)
    {
        var record = TestRecords.Disclosure();
        (record.Id, record.Kind, record.Event, record.Client, record.Time) = (
            Guid.NewGuid(),
            kind,
            what ?? record.Event,
            "acme-connector",
            at
        );
        record.Decision = "permit";
        StoredTrail.Add(server, record);
        return record.Id;
    }
}

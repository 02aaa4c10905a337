using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Alerts;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Cli;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>Every emergency use is told to the owner, and decided by somebody else.</summary>
public sealed class EmergencyUseTests
{
    [Fact]
    public async Task Use_BecomesOneAlertForTheOwner_HoweverManyCalls_AndAgainWhenItGoesOn()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var uses = server.Services.GetRequiredService<EmergencyUses>();
        Assert.Equal(0, await uses.RunOnceAsync(30, default));
        Add(server, "t1");
        Add(server, "t1");
        Add(server, "t2");
        Assert.Equal(2, await uses.RunOnceAsync(1, default));
        Assert.Equal(0, await uses.RunOnceAsync(1, default));

        var alerts = (await server.GetAsync("/admin/v1/alerts?kind=break-glass&state=open")).Json["items"]!.AsArray();
        Assert.Equal(2, alerts.Count);
        Assert.All(alerts, static alert => Assert.Equal("mary@hospital.example, li@hospital.example", (string)alert!["notify"]!));
        Assert.Contains(
            alerts,
            static alert => ((string)alert!["evidence"]!).StartsWith("2 emergency calls for ETREAT", StringComparison.Ordinal)
        );
        Assert.DoesNotContain("unconscious", alerts.ToJsonString());

        var id = (string)alerts.Single(static alert => ((string)alert!["evidence"]!).StartsWith('2'))!["id"]!;
        Assert.Equal(200, (await ReviewAsync(server, id, "anna")).Status);
        Add(server, "t1");
        Assert.Equal(1, await uses.RunOnceAsync(1, default));
        Assert.Equal("open", (string)(await server.GetAsync("/admin/v1/alerts/" + id)).Json["state"]!);
    }

    [Fact]
    public async Task Use_IsDecidedBySomebodyElse_AndNeitherClosedNorRewrittenNorDeleted()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        await server.PatchAsync("/admin/v1/clients/acme-connector", """{"owner":"anna@hospital.example"}""");
        Add(server, "t1");
        await server.Services.GetRequiredService<EmergencyUses>().RunOnceAsync(1, default);
        var alert = (await server.GetAsync("/admin/v1/alerts?kind=break-glass")).Json["items"]![0]!;
        var path = "/admin/v1/alerts/" + (string)alert["id"]!;

        Assert.Equal("needs-review", (await server.PostAsync(path + ":close", """{"reason":"seen"}""")).Code);
        Assert.Equal("kept", (await server.PatchAsync(path, """{"kind":"other"}""")).Code);
        var tag = (await server.GetAsync(path)).ETag!;
        Assert.Equal("kept", (await server.SendAsync("olga", "DELETE", path, null, ("If-Match", tag))).Code);
        Assert.Equal("four-eyes", (await ReviewAsync(server, (string)alert["id"]!, "anna")).Code);
        Assert.Equal(403, (await ReviewAsync(server, (string)alert["id"]!, "olga")).Status);
        Assert.Equal(422, (await server.PostAsync(path + ":review", """{"reason":"seen"}""", "arno")).Status);
        using var phigw = new PhigwShell(server);
        string[] review = ["alert", "review", (string)alert["id"]!, "--decision", "unjustified", "-r", "the ward was open"];
        var decided = await phigw.RunAsync("arno", "", review);
        Assert.True(decided.Code == 0, decided.All);
        var closed = (await server.GetAsync(path)).Json;
        Assert.Equal(("closed", "unjustified: the ward was open"), ((string)closed["state"]!, (string)closed["resolution"]!));
        Assert.Equal("arno@hospital.example", (string)closed["handledBy"]!);
    }

    // Whoever called says that it was an emergency already; later calls by others, and a look in between, leave the name there.
    [Fact]
    public async Task Use_IsNotDecidedByWhoMadeIt_AnotherDecides()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        StoredTrail.AddEmergency(server, "t1", subject: "Anna@hospital.example");
        var uses = server.Services.GetRequiredService<EmergencyUses>();
        await uses.RunOnceAsync(1, default);
        StoredTrail.AddEmergency(server, "t1", subject: "acme-connector");
        Assert.Equal(1, await uses.RunOnceAsync(1, default));
        var id = (string)(await server.GetAsync("/admin/v1/alerts?kind=break-glass")).Json["items"]![0]!["id"]!;

        Assert.Equal("four-eyes", (await ReviewAsync(server, id, "anna")).Code);
        Assert.Equal(200, (await ReviewAsync(server, id, "arno")).Status);
    }

    [Theory]
    [InlineData("owner")]
    [InlineData("deputy")]
    public async Task Use_IsNotDecidedByWhoStoodBehindTheClientThen_AfterAHandover(string role)
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        await server.PatchAsync("/admin/v1/clients/acme-connector", $$"""{"{{role}}":"anna@hospital.example"}""");
        Add(server, "t1");
        var uses = server.Services.GetRequiredService<EmergencyUses>();
        await uses.RunOnceAsync(1, default);

        // Handed over, used again and looked at again: it was hers all the same.
        await server.PatchAsync("/admin/v1/clients/acme-connector", $$"""{"{{role}}":"zoe@hospital.example"}""");
        Add(server, "t1");
        Assert.Equal(1, await uses.RunOnceAsync(1, default));
        var alert = (await server.GetAsync("/admin/v1/alerts?kind=break-glass")).Json["items"]![0]!;
        Assert.DoesNotContain("anna", (string)alert["notify"]!);
        var id = (string)alert["id"]!;
        Assert.Equal(200, (await server.PostAsync($"/admin/v1/alerts/{id}:acknowledge", "{}")).Status);

        Assert.Equal("four-eyes", (await ReviewAsync(server, id, "anna")).Code);
        Assert.Equal(200, (await ReviewAsync(server, id, "arno")).Status);
    }

    [Fact]
    public async Task Use_NamesItsRecords_AlsoWhereItWasRaisedBefore_AndWhatWasDecidedStays()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        for (var call = 0; call < 30; call++)
        {
            StoredTrail.AddEmergency(server, "t1", at: server.Time.Now.AddSeconds(call));
        }

        var uses = server.Services.GetRequiredService<EmergencyUses>();
        await uses.RunOnceAsync(1, default);
        var calls = server.Trail.Entries.Select(static entry => entry.ParentId.ToString("D")).ToList();
        var alert = (await server.GetAsync("/admin/v1/alerts?kind=break-glass")).Json["items"]![0]!;
        var path = "/admin/v1/alerts/" + (string)alert["id"]!;
        Assert.Equal([.. calls.Take(20), calls[^1]], RecordsOf(alert));

        // Raised by a version that named none, and decided since: it is given them, and stays decided.
        Assert.Equal(200, (await ReviewAsync(server, (string)alert["id"]!, "arno")).Status);
        var item = (await server.Store.FindAsync(RegistryKind.Alert, (string)alert["id"]!, default))!;
        var json = JsonNode.Parse(item.Json)!.AsObject();
        json.Remove("records");
        await server.Store.WriteAsync([new RegistryWrite(item.Kind, item.Id, json.ToJsonString(), item.Version)], "test", default);
        Assert.Equal(1, await uses.RunOnceAsync(1, default));
        var given = (await server.GetAsync(path)).Json;
        Assert.Equal(21, RecordsOf(given).Count);
        Assert.Equal(("closed", "arno@hospital.example"), ((string)given["state"]!, (string)given["handledBy"]!));
        Assert.Equal(0, await uses.RunOnceAsync(1, default));
    }

    [Fact]
    public async Task Report_OfAUse_IsForWhoDecides_AndOnRecordBeforeItIsShown()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        await server.AddKeyAsync("petra", "privacy-officer");
        await server.AddKeyAsync("rosa", "responder");
        StoredTrail.AddEmergency(server, "t1");
        StoredTrail.AddEmergency(server, "t1");
        StoredTrail.AddEmergency(server, "t2");
        await server.Services.GetRequiredService<EmergencyUses>().RunOnceAsync(1, default);
        var alerts = (await server.GetAsync("/admin/v1/alerts?kind=break-glass")).Json["items"]!.AsArray();
        var id = (string)alerts.Single(static alert => ((string)alert!["evidence"]!).StartsWith('2'))!["id"]!;
        var path = $"/admin/v1/alerts/{id}/emergency-use";

        foreach (var person in (string[])["vera", "olga", "rosa", "adam"])
        {
            Assert.Equal(403, (await server.GetAsync(path, person)).Status);
        }

        Assert.DoesNotContain(server.Journal.Records, static record => record.Event == "audit.emergency");
        foreach (var person in (string[])["anna", "august", "petra"])
        {
            var report = (await server.GetAsync(path, person)).Json;
            Assert.Equal(2, (long)report["calls"]!);
            Assert.Equal(("unconscious, no other source", 2L), Said(Assert.Single(report["reasons"]!.AsArray())!));
            var look = server.Journal.Records.Last(static record => record.Event == "audit.emergency");
            Assert.Equal((person + "@hospital.example", "alert=" + id), (look.Actor!, look.Note!));
        }

        Assert.Equal(404, (await server.GetAsync("/admin/v1/alerts/nobody/emergency-use", "anna")).Status);
        Assert.Equal(200, (await ReviewAsync(server, id, "petra")).Status);
    }

    // The look may come late: the client itself says whose it was.
    [Theory]
    [InlineData("owner")]
    [InlineData("deputy")]
    public async Task Use_IsNotDecidedByWhoStoodBehindTheClientThen_HandedOverBeforeTheLook_NorLongBeforeIsHeldAgainstAnybody(string role)
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        const string Client = "/admin/v1/clients/acme-connector";
        await server.PatchAsync(Client, $$"""{"{{role}}":"arno@hospital.example"}""");
        server.Time.Now = server.Time.Now.AddHours(1);
        await server.PatchAsync(Client, $$"""{"{{role}}":"anna@hospital.example"}""");
        server.Time.Now = server.Time.Now.AddHours(1);
        Add(server, "t1");
        server.Time.Now = server.Time.Now.AddHours(1);
        await server.PatchAsync(Client, $$"""{"{{role}}":"zoe@hospital.example"}""");
        await server.Services.GetRequiredService<EmergencyUses>().RunOnceAsync(1, default);
        var id = (string)(await server.GetAsync("/admin/v1/alerts?kind=break-glass")).Json["items"]![0]!["id"]!;

        Assert.Equal("four-eyes", (await ReviewAsync(server, id, "anna")).Code);
        Assert.Equal(200, (await ReviewAsync(server, id, "arno")).Status);
        Assert.Null((await server.GetAsync(Client)).Json["_stood"]);
    }

    // Nor after so many handovers that nobody would remember.
    [Fact]
    public async Task Use_IsNotDecidedByWhoStoodBehindTheClientThen_HoweverOftenItWasHandedOverBeforeTheLook()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        const string Client = "/admin/v1/clients/acme-connector";
        await server.PatchAsync(Client, """{"deputy":"anna@hospital.example"}""");
        Add(server, "t1");
        server.Time.Now = server.Time.Now.AddSeconds(1);
        var said = new List<int>();
        for (var i = 0; i < 60; i++)
        {
            said.Add((await server.PatchAsync(Client, $$"""{"deputy":"n{{i}}@hospital.example"}""", "nora")).Status);
        }

        Assert.Contains(409, said);
        Assert.Equal(200, said[0]);
        await server.Services.GetRequiredService<EmergencyUses>().RunOnceAsync(1, default);
        var id = (string)(await server.GetAsync("/admin/v1/alerts?kind=break-glass")).Json["items"]![0]!["id"]!;
        Assert.Equal("four-eyes", (await ReviewAsync(server, id, "anna")).Code);
        Assert.Equal(200, (await ReviewAsync(server, id, "arno")).Status);

        // The twin: weeks later it may be handed over again.
        server.Time.Now = server.Time.Now.AddDays(40);
        Assert.Equal(200, (await server.PatchAsync(Client, """{"deputy":"zoe@hospital.example"}""")).Status);
    }

    // Whatever was done to the alert in between: that they stood behind it stays noted.
    [Theory]
    [InlineData("")]
    [InlineData("acknowledge")]
    [InlineData("take")]
    [InlineData("assign", "\"person\":\"zoe@hospital.example\",")]
    [InlineData("snooze", "\"until\":\"2026-05-02T11:00:00Z\",")]
    public async Task Use_IsNotDecidedByWhoOwnedTheClientAtTheCall_HandedOverBeforeTheLook(string verb, string body = "")
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        Add(server, "t1", "Anna@hospital.example");
        await server.Services.GetRequiredService<EmergencyUses>().RunOnceAsync(1, default);
        var id = (string)(await server.GetAsync("/admin/v1/alerts?kind=break-glass")).Json["items"]![0]!["id"]!;

        if (verb.Length > 0)
        {
            var done = await server.PostAsync($"/admin/v1/alerts/{id}:{verb}", $$"""{{{body}}"reason":"seen"}""", "olga");
            Assert.True(done.Status == 200, done.Text);
        }

        Assert.Equal("four-eyes", (await ReviewAsync(server, id, "anna")).Code);
        Assert.Equal(200, (await ReviewAsync(server, id, "arno")).Status);
    }

    [Fact]
    public async Task Uses_OfManyTokens_AreAsManyAlertsAsAPersonDecides_AndEveryCallIsInOne()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        for (var i = 0; i < 700; i++)
        {
            Add(server, $"t{i % 350}", at: server.Time.Now.AddSeconds(i));
        }

        var uses = server.Services.GetRequiredService<EmergencyUses>();
        Assert.Equal(DayUses.MostTokens + 1, await uses.RunOnceAsync(1, default));
        Assert.Equal(0, await uses.RunOnceAsync(1, default));
        var alerts = (await server.GetAsync("/admin/v1/alerts?kind=break-glass&limit=500")).Json["items"]!.AsArray();
        var calls = alerts.Select(static alert => int.Parse(((string)alert!["evidence"]!).Split(' ')[0])).ToList();
        Assert.Equal(DayUses.MostTokens + 1, calls.Count);
        Assert.Equal(700, calls.Sum());
        Assert.Contains(alerts, static alert => ((string)alert!["evidence"]!).Contains("with further tokens", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("break-glass", "mine")]
    [InlineData("Break-Glass", "mine")]
    [InlineData("note", "break-glass-0123456789abcdef01234567")]
    [InlineData("note", "audit-finding-0123456789abcdef01234567")]
    [InlineData("roster-grew", "mine")]
    [InlineData("owner-left", "mine")]
    [InlineData("door-closing", "mine")]
    [InlineData("dormant", "mine")]
    [InlineData("mine", "dormant-0123456789abcdef01234567")]
    [InlineData("two-places", "mine")]
    [InlineData("mine", "slow-drip-0123456789abcdef01234567")]
    [InlineData("roster-growth", "mine")]
    [InlineData("rule-failed", "mine")]
    public async Task Alert_OfTheGatewaysOwn_IsNotWrittenByAPerson_ANoteIs(string kind, string id)
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        Assert.Equal(["/kind"], (await server.PostAsync("/admin/v1/alerts", Body(kind, id))).Pointers);
        Assert.Equal(201, (await server.PostAsync("/admin/v1/alerts", Body("note", "n1"))).Status);
        Assert.Equal(["/kind"], (await server.PatchAsync("/admin/v1/alerts/n1", """{"kind":"break-glass"}""")).Pointers);
        Assert.Equal(200, (await server.PatchAsync("/admin/v1/alerts/n1", """{"evidence":"Look again."}""")).Status);
        Assert.Equal(200, (await server.PostAsync("/admin/v1/alerts/n1:close", """{"reason":"seen"}""", "otto")).Status);

        static string Body(string kind, string id) =>
            $$"""{"id":"{{id}}","kind":"{{kind}}","subject":"client/acme-connector","at":"2026-01-01T00:00:00Z","evidence":"Look."}""";
    }

    private static Task<AdminAnswer> ReviewAsync(AdminServer server, string id, string person) =>
        server.PostAsync($"/admin/v1/alerts/{id}:review", """{"decision":"justified","reason":"the patient was unconscious"}""", person);

    private static List<string> RecordsOf(JsonNode alert) => [.. alert["records"]!.AsArray().Select(static id => (string)id!)];

    private static (string, long) Said(JsonNode reason) => ((string)reason["words"]!, (long)reason["calls"]!);

    private static void Add(AdminServer server, string token, string? owner = null, DateTimeOffset? at = null) =>
        StoredTrail.AddEmergency(server, token, owner, at);
}

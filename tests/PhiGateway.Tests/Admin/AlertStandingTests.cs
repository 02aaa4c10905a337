using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Watch.Findings;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>Nobody says of what was found about their own, or of what they did, that nobody needs to look at it any more.</summary>
public sealed class AlertStandingTests
{
    private const string Client = "acme-connector";
    private const string Agent = "ada";
    private const string Why = """{"reason":"a load test"}""";
    private const string Later = """{"until":"2026-05-20T00:00:00Z","reason":"later"}""";

    [Theory]
    [InlineData("mary")]
    [InlineData("li")]
    [InlineData(Agent)]
    public async Task Close_OfAFindingAboutOnesOwnClient_IsRefused_TakingItIsNot_AndAStrangerCloses(string person)
    {
        await using var server = await OpenAsync();
        await server.AddKeyAsync(person, "operator", "approver");
        var path = await FindAsync(server, "client/" + Client);

        Assert.Equal("four-eyes", (await server.PostAsync(path + ":snooze", Later, person)).Code);
        Assert.Equal(200, (await server.PostAsync(path + ":take", "{}", person)).Status);

        // Taken day after day it would never be open again.
        Assert.Equal("four-eyes", (await server.PostAsync(path + ":take", "{}", person)).Code);
        Assert.Equal("four-eyes", (await server.PostAsync(path + ":assign", """{"person":"kim@hospital.example"}""", person)).Code);
        Assert.Equal("four-eyes", (await server.PostAsync(path + ":close", Why, person)).Code);
        Assert.Equal(200, (await server.PostAsync(path + ":close", Why, "anna")).Status);
    }

    [Fact]
    public async Task Close_OfAFindingAboutAClientThatWasHandedOverSince_IsRefused()
    {
        await using var server = await OpenAsync();
        await server.AddKeyAsync(Agent, "operator");
        var path = await FindAsync(server, "client/" + Client);
        server.Time.Now = server.Time.Now.AddMinutes(1);
        var handed = """{"owner":"new@hospital.example","charter":{"accountable":"new@hospital.example"}}""";
        var answer = await server.PatchAsync("/admin/v1/clients/" + Client, handed);
        Assert.True(answer.Status == 200, answer.Text);

        Assert.Equal("four-eyes", (await server.PostAsync(path + ":close", Why, Agent)).Code);
    }

    [Fact]
    public async Task Close_OfAFindingAboutOneself_IsRefused_AboutSomebodyElseIsNot()
    {
        await using var server = await OpenAsync();

        var own = await FindAsync(server, "person/olga@hospital.example");
        Assert.Equal("four-eyes", (await server.PostAsync(own + ":close", Why)).Code);
        var other = await FindAsync(server, "person/nora@hospital.example");
        Assert.Equal(200, (await server.PostAsync(other + ":close", Why)).Status);
    }

    [Fact]
    public async Task Close_OfACaseWithAFindingAboutOnesOwnClient_IsRefused_AndLeavesAllOpen()
    {
        await using var server = await OpenAsync();
        await server.AddKeyAsync("mary", "operator");
        var path = await FindAsync(server, "client/" + Client);
        var body = $$"""{"alerts":["{{path[(path.LastIndexOf('/') + 1)..]}}"]}""";
        var id = (string)(await server.PostAsync("/admin/v1/cases:open", body, "mary")).Json["id"]!;

        Assert.Equal("four-eyes", (await server.PostAsync($"/admin/v1/cases/{id}:close", Why, "mary")).Code);
        Assert.Equal("open", (string)(await server.GetAsync(path)).Json["state"]!);
        Assert.Equal(200, (await server.PostAsync($"/admin/v1/cases/{id}:close", Why, "anna")).Status);
        Assert.Equal("closed", (string)(await server.GetAsync(path)).Json["state"]!);
    }

    // What reminds somebody of their own work they put away themselves.
    [Fact]
    public async Task Close_OfAReminderAboutOnesOwnClient_IsTheOwners()
    {
        await using var server = await OpenAsync();
        await server.AddKeyAsync("mary", "operator");
        var reminder = new Alert
        {
            Id = "door-closing-1",
            Kind = AlertKinds.DoorClosing,
            Subject = "client/" + Client,
            At = server.Time.Now,
            Evidence = "Its term ends.",
        };
        await WriteAsync(server, RegistryKind.Alert, reminder.Id, RegistryJson.Serialize(reminder), 0);

        Assert.Equal(200, (await server.PostAsync("/admin/v1/alerts/door-closing-1:close", Why, "mary")).Status);
    }

    [Theory]
    [InlineData("roster-grew")]
    [InlineData("tasks-grew")]
    public async Task Close_OfWhatTellsOfOnesOwnDoing_IsRefused_AndAStrangerCloses(string kind)
    {
        await using var server = await OpenAsync();
        var alert = new Alert
        {
            Id = kind + "-1",
            Kind = kind,
            Subject = "roster/r1",
            At = server.Time.Now,
            Evidence = "It grew.",
        };
        var json = AuthorNote.WithBehind(RegistryJson.Serialize(alert), ["nora@hospital.example"]);
        await WriteAsync(server, RegistryKind.Alert, alert.Id, json, 0);

        Assert.Equal("four-eyes", (await server.PostAsync($"/admin/v1/alerts/{alert.Id}:close", Why, "nora")).Code);
        Assert.Equal("four-eyes", (await server.PostAsync($"/admin/v1/alerts/{alert.Id}:snooze", Later, "nora")).Code);
        Assert.Equal(200, (await server.PostAsync($"/admin/v1/alerts/{alert.Id}:close", Why, "anna")).Status);
    }

    [Fact]
    public async Task Close_OfARostersGrowth_ByWhoMadeItGrow_IsRefused_AlsoAfterSomebodyElseWentOn()
    {
        await using var server = await OpenAsync();
        await ImportAsync(server, "nora", 0, 25);
        var id = (string)(await server.GetAsync("/admin/v1/alerts?kind=roster-grew")).Json["items"]![0]!["id"]!;
        Assert.Equal("four-eyes", (await server.PostAsync($"/admin/v1/alerts/{id}:close", Why, "nora")).Code);

        await ImportAsync(server, "otto", 25, 75);
        Assert.Equal("four-eyes", (await server.PostAsync($"/admin/v1/alerts/{id}:close", Why, "otto")).Code);
        Assert.Equal("four-eyes", (await server.PostAsync($"/admin/v1/alerts/{id}:close", Why, "nora")).Code);
        Assert.Equal(200, (await server.PostAsync($"/admin/v1/alerts/{id}:close", Why, "anna")).Status);
    }

    // Whoever is accountable for an agent stands behind it as its owner does.
    [Fact]
    public async Task Resume_ByWhoIsAccountableForTheAgent_OfWhatTheGatewayClosed_IsRefused()
    {
        await using var server = await OpenAsync();
        await server.AddKeyAsync(Agent, "approver");
        var item = (await server.Store.FindAsync(RegistryKind.Client, Client, default))!;
        var closed = RegistryJson.Deserialize<Client>(StoredBody.WithoutNotes(item.Json).ToJsonString()) with
        {
            Status = ClientStatus.Quarantined,
            StatusReason = "two-places at noon",
        };
        var json = AuthorNote.Closed(AuthorNote.Carried(RegistryJson.Serialize(closed), item), item, ["system"]);
        await WriteAsync(server, RegistryKind.Client, Client, json, item.Version);
        Assert.Equal(200, (await server.PostAsync($"/admin/v1/clients/{Client}:request-lift", Why)).Status);

        var refused = await server.PostAsync($"/admin/v1/clients/{Client}:resume", Why, Agent);
        Assert.Equal("four-eyes", refused.Code);
        Assert.Contains("stand behind", refused.Text, StringComparison.Ordinal);
    }

    private static async Task<AdminServer> OpenAsync()
    {
        var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        const string Charter = """
            {"kind":"ai-agent","limits":{"distinctPatientsPerDay":50},"charter":{"model":"reader-4","vendor":"acme-ai",
            "accountable":"ada@hospital.example","accountableUntil":"2026-12-31"}}
            """;
        var agent = await server.PatchAsync("/admin/v1/clients/" + Client, Charter);
        Assert.True(agent.Status == 200, agent.Text);
        await Approvals.ApproveAsync(server);
        return server;
    }

    private static async Task WriteAsync(AdminServer server, RegistryKind kind, string id, string json, long version) =>
        await server.Store.WriteAsync([new RegistryWrite(kind, id, json, version)], "test", default);

    private static async Task<string> FindAsync(AdminServer server, string subject)
    {
        var finding = new Finding
        {
            Rule = subject.StartsWith("client/", StringComparison.Ordinal) ? "two-places" : "roster-growth",
            Subject = subject,
            At = server.Time.Now,
            Severity = FindingSeverity.Critical,
            Risk = NhiRisk.Reuse,
            Words = "Seen.",
        };
        var snapshots = (ISnapshotSource)server.Services.GetService(typeof(ISnapshotSource))!;
        await new FindingAlerts(server.Store, server.Journal, snapshots, QuarantineRules.None, server.Time).RaiseAsync(finding, default);
        var alerts = (await server.GetAsync("/admin/v1/alerts")).Json["items"]!.AsArray();
        return "/admin/v1/alerts/" + (string)alerts.Single(alert => (string)alert!["subject"]! == subject)!["id"]!;
    }

    private static async Task ImportAsync(AdminServer server, string person, int from, int to)
    {
        var lines = string.Concat(Enumerable.Range(from, to - from).Select(static i => $$"""{"patient":"p-{{i}}"}""" + "\n"));
        const string Members = "/admin/v1/rosters/acme-orders/members";
        var answer = await server.SendAsync(person, "POST", Members + ":import", lines, ("Content-Type", "application/x-ndjson"));
        Assert.True(answer.Status == 200 && answer.Text.Contains("\"done\"", StringComparison.Ordinal), answer.Text);
    }
}

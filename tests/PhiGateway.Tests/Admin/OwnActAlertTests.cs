using PhiGateway.Admin.Alerts;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Watch.Findings;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>Whoever stands behind what an alert tells of does not put it aside, by whichever verb; somebody else does.</summary>
public sealed class OwnActAlertTests
{
    private const string Why = """{"reason":"known"}""";
    private const string Later = """{"until":"2026-05-03T12:00:00Z","reason":"later"}""";

    // Who acts: whoever grew the roster, whose client was seen, or who was seen. A stranger closes all of them.
    [Theory]
    [InlineData("roster", "nora")]
    [InlineData("client", "otto")]
    [InlineData("person", "otto")]
    public async Task Close_ByWhoStandsBehindIt_IsRefused_BySomebodyElseItIsClosed(string what, string who)
    {
        await using var server = await OpenAsync(what);
        var path = await RaiseAsync(server, what);

        Assert.Equal("four-eyes", (await server.PostAsync(path + ":close", Why, who)).Code);
        Assert.Equal("four-eyes", (await server.PostAsync(path + ":snooze", Later, who)).Code);
        Assert.Equal("open", (string)(await server.GetAsync(path)).Json["state"]!);

        // To look after it is no way to be rid of it.
        Assert.Equal(200, (await server.PostAsync(path + ":take", "{}", who)).Status);
        Assert.Equal("four-eyes", (await server.PostAsync(path + ":close", Why, who)).Code);
        Assert.Equal(200, (await server.PostAsync(path + ":snooze", Later)).Status);
        Assert.Equal(200, (await server.PostAsync(path + ":close", Why)).Status);
    }

    [Theory]
    [InlineData("roster", "nora")]
    [InlineData("client", "otto")]
    public async Task CloseCase_ByWhoStandsBehindAnAlertOfIt_LeavesThatOneOpen(string what, string who)
    {
        await using var server = await OpenAsync(what);
        var path = await RaiseAsync(server, what);
        var own = path[(path.LastIndexOf('/') + 1)..];
        await WriteAsync(server, "odd-1");
        foreach (var (person, state) in ((string, string)[])[(who, "open"), ("olga", "closed")])
        {
            var opened = await server.PostAsync("/admin/v1/cases:open", $$"""{"alerts":["odd-1","{{own}}"]}""", person);
            Assert.True(opened.Status == 201, opened.Text);
            Assert.Equal(200, (await server.PostAsync($"/admin/v1/cases/{(string)opened.Json["id"]!}:close", Why, person)).Status);

            Assert.Equal(state, (string)(await server.GetAsync(path)).Json["state"]!);
            Assert.Equal("closed", (string)(await server.GetAsync("/admin/v1/alerts/odd-1")).Json["state"]!);
        }
    }

    // What is due, and was done by nobody, its owner ends as ever.
    [Fact]
    public async Task Close_OfAWarning_ByTheOwner_IsHis()
    {
        await using var server = await OpenAsync("client");
        await WriteAsync(server, "odd-1");

        Assert.Equal(200, (await server.PostAsync("/admin/v1/alerts/odd-1:close", Why, "otto")).Status);
    }

    private static async Task<AdminServer> OpenAsync(string what)
    {
        var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        if (what != "client")
        {
            return server;
        }

        var client = (await server.Store.FindAsync(RegistryKind.Client, "acme-connector", default))!;
        var json = client.Json.Replace("mary@hospital.example", "otto@hospital.example", StringComparison.Ordinal);
        Assert.NotEqual(client.Json, json);
        await server.Store.WriteAsync([new RegistryWrite(RegistryKind.Client, client.Id, json, client.Version)], "test", default);
        return server;
    }

    // The place of the alert.
    private static async Task<string> RaiseAsync(AdminServer server, string what)
    {
        if (what == "roster")
        {
            var lines = string.Concat(Enumerable.Range(0, 25).Select(static i => $$"""{"patient":"p-{{i}}"}""" + "\n"));
            const string Import = "/admin/v1/rosters/acme-orders/members:import";
            Assert.Equal(200, (await server.SendAsync("nora", "POST", Import, lines, ("Content-Type", "application/x-ndjson"))).Status);
        }
        else
        {
            var snapshots = (ISnapshotSource)server.Services.GetService(typeof(ISnapshotSource))!;
            var sink = new FindingAlerts(server.Store, server.Journal, snapshots, QuarantineRules.None, server.Time);
            await sink.RaiseAsync(
                new Finding
                {
                    Rule = what == "client" ? "two-places" : "roster-growth",
                    Subject = what == "client" ? "client/acme-connector" : "person/otto@hospital.example",
                    At = server.Time.Now,
                    Severity = FindingSeverity.High,
                    Risk = NhiRisk.Reuse,
                    Words = "Something was seen.",
                },
                default
            );
        }

        var alert = Assert.Single((await server.GetAsync("/admin/v1/alerts")).Json["items"]!.AsArray())!;
        return "/admin/v1/alerts/" + (string)alert["id"]!;
    }

    private static async Task WriteAsync(AdminServer server, string id)
    {
        var alert = $$"""
            {"id":"{{id}}","kind":"odd","subject":"client/acme-connector","at":"2026-01-01T00:00:00Z","evidence":"Look."}
            """;
        await server.Store.WriteAsync([new RegistryWrite(RegistryKind.Alert, id, alert, 0)], "test", default);
    }
}

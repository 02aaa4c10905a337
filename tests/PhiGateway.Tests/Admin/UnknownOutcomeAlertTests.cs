using System.Text.Json.Nodes;
using PhiGateway.Admin.Alerts;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Watch.Findings;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>Writes of which nobody knows what became of them are somebody's work of each day, whatever was done about those before.</summary>
public sealed class UnknownOutcomeAlertTests
{
    private const string Alerts = "/admin/v1/alerts?kind=unknown-outcome&state=open";

    [Theory]
    [InlineData("unknown-outcome", 1)]
    [InlineData("new-network", 0)]
    public async Task Raise_TheDayAfterItWasClosed_IsTheWorkOfThatDay(string rule, int told)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await RaiseAsync(server, rule, 0);
        await RaiseAsync(server, rule, 1);
        var first = Assert.Single(await ListAsync(server, rule))!;
        Assert.Equal(("client/acme-connector", "look"), ((string)first["subject"]!, (string)first["lane"]!));
        var close = $"/admin/v1/alerts/{first["id"]}:close";
        Assert.Equal(200, (await server.PostAsync(close, """{"reason":"compared with the server"}""")).Status);

        await RaiseAsync(server, rule, 2);
        Assert.Empty(await ListAsync(server, rule));
        await RaiseAsync(server, rule, 24);

        Assert.Equal(told, (await ListAsync(server, rule)).Count);
        Assert.Equal("active", (string)(await server.GetAsync("/admin/v1/clients/acme-connector")).Json["status"]!);
    }

    private static async Task<JsonArray> ListAsync(AdminServer server, string rule) =>
        (await server.GetAsync(Alerts.Replace("unknown-outcome", rule, StringComparison.Ordinal))).Json["items"]!.AsArray();

    // Each time another node, which remembers nothing. At noon, so that the hours after it are of the same day.
    private static Task RaiseAsync(AdminServer server, string rule, int hours)
    {
        var snapshots = (ISnapshotSource)server.Services.GetService(typeof(ISnapshotSource))!;
        var noon = new DateTimeOffset(server.Time.Now.UtcDateTime.Date.AddHours(12), TimeSpan.Zero);
        var finding = new Finding
        {
            Rule = rule,
            Subject = "client/acme-connector",
            At = noon.AddHours(hours),
            Severity = FindingSeverity.Medium,
            Words = "Seen.",
        };
        return new FindingAlerts(server.Store, server.Journal, snapshots, QuarantineRules.None, server.Time).RaiseAsync(finding, default);
    }
}

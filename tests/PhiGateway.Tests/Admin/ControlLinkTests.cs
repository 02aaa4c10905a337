using System.Text.Json.Nodes;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What a line of the report of controls says is so where the report is made, and its link finds what it counts.</summary>
public sealed class ControlLinkTests
{
    private const string Controls = "/admin/v1/posture/controls";

    // Sealed bodies are said where they are configured, and what is left to disks is said beside them.
    [Fact]
    public async Task Report_OnSealedBodies_SaysThatTheyAre()
    {
        await using var server = await AdminServer.StartAsync(static options => options.AreBodiesSealed = true);
        var line = Line((await server.GetAsync(Controls, "august")).Json, "164.312(a)(2)(iv)");

        Assert.Equal("partly", (string)line["state"]!);
        Assert.Contains("encrypted in the store", line.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("disks and databases must be", line.ToJsonString(), StringComparison.Ordinal);
    }

    // What a line counts of alerts is what its query finds: within the days, open, with nobody.
    [Theory]
    [InlineData("164.308(a)(1)(ii)(D)", "has been open for more than 30 days", 1)]
    [InlineData("DE.AE-02", "urgent alert has nobody", 1)]
    [InlineData("DE.CM-06", "1 alerts slow-drip within", 1)]
    [InlineData("164.312(a)(2)(ii)", "1 emergency uses within", 1)]
    [InlineData("164.312(a)(2)(ii)", "waits for its decision", 1)]
    public async Task Report_OfAlerts_LeadsToThoseThatItCounts(string id, string words, int count)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var now = server.Time.Now;
        Alert[] alerts =
        [
            AlertOf("old-open", "roster-grew", now.AddDays(-40), AlertState.Open),
            AlertOf("old-closed", "roster-grew", now.AddDays(-40), AlertState.Closed),
            AlertOf("fresh", "roster-grew", now.AddDays(-2), AlertState.Open),
            AlertOf("drip", "slow-drip", now.AddDays(-5), AlertState.Closed),
            AlertOf("drip-before", "slow-drip", now.AddDays(-200), AlertState.Closed),
            AlertOf("urgent", "two-places", now.AddDays(-1), AlertState.Open) with
            {
                Severity = AlertSeverity.Urgent,
            },
            AlertOf("urgent-taken", "two-places", now.AddDays(-1), AlertState.Open) with
            {
                Severity = AlertSeverity.Urgent,
                AssignedTo = "olga",
            },
            AlertOf("emergency", AlertKinds.Emergency, now.AddDays(-5), AlertState.Acknowledged),
            AlertOf("emergency-before", AlertKinds.Emergency, now.AddDays(-200), AlertState.Closed),
        ];
        foreach (var alert in alerts)
        {
            var write = new RegistryWrite(RegistryKind.Alert, alert.Id, RegistryJson.Serialize(alert), 0);
            await server.Store.WriteAsync([write], "test", default);
        }

        var said = Line((await server.GetAsync(Controls, "august")).Json, id)["evidence"]!
            .AsArray()
            .Single(one => ((string)one!["words"]!).Contains(words, StringComparison.Ordinal))!;
        Assert.StartsWith($"{count} ", (string)said["words"]!, StringComparison.Ordinal);
        var found = await server.GetAsync((string)said["query"]!);
        Assert.True(found.Status == 200, found.Text);
        Assert.Equal(count, found.Json["items"]!.AsArray().Count);
    }

    private static Alert AlertOf(string id, string kind, DateTimeOffset at, AlertState state) =>
        new()
        {
            Id = id,
            Kind = kind,
            Subject = "client/acme-connector",
            At = at,
            Evidence = "seen",
            State = state,
        };

    private static JsonNode Line(JsonNode report, string id) =>
        report["frameworks"]!
            .AsArray()
            .SelectMany(static framework => framework!["controls"]!.AsArray())
            .Single(line => (string)line!["id"]! == id)!;
}

using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What a line of the report counts is what its query finds: the same kinds, within the same days, in the same states.</summary>
public sealed class ControlLinkTests
{
    private const string Controls = "/admin/v1/posture/controls";

    [Theory]
    [InlineData("DE.CM-01", "new-network")]
    [InlineData("DE.CM-01", "scattered-networks")]
    [InlineData("DE.CM-01", "two-places")]
    [InlineData("DE.CM-06", "enumeration")]
    [InlineData("DE.CM-06", "volume-spike")]
    public async Task Report_OfAlertsThatWereRaised_LeadsToThoseItCounts(string id, string kind)
    {
        await using var server = await AdminServer.StartAsync();
        await WriteAsync(server, "recent", kind, server.Time.Now.AddDays(-3), AlertState.Closed);
        await WriteAsync(server, "old", kind, server.Time.Now.AddDays(-100), AlertState.Closed);
        await WriteAsync(server, "other", "dormant", server.Time.Now.AddDays(-3), AlertState.Open);

        await LeadsToAsync(server, id, $"1 alerts {kind} within", "recent");
    }

    [Fact]
    public async Task Report_OfUrgentAlertsThatNobodyHas_LeadsToThose()
    {
        await using var server = await AdminServer.StartAsync();
        await WriteAsync(server, "free", "enumeration", server.Time.Now, AlertState.Open, AlertSeverity.Urgent);
        await WriteAsync(server, "taken", "enumeration", server.Time.Now, AlertState.Open, AlertSeverity.Urgent, "olga");

        await LeadsToAsync(server, "DE.AE-02", "1 urgent alert has nobody", "free");
    }

    [Fact]
    public async Task Report_OfEmergencies_LeadsToThoseOfTheDaysAndThoseThatWaitTooLong()
    {
        await using var server = await AdminServer.StartAsync();
        await WriteAsync(server, "fresh", "break-glass", server.Time.Now.AddDays(-1), AlertState.Open);
        await WriteAsync(server, "done", "break-glass", server.Time.Now.AddDays(-100), AlertState.Closed);
        await WriteAsync(server, "late", "break-glass", server.Time.Now.AddDays(-100), AlertState.Acknowledged);

        await LeadsToAsync(server, "164.312(a)(2)(ii)", "1 emergency uses within", "fresh");
        await LeadsToAsync(server, "164.312(a)(2)(ii)", "1 emergency use waits", "late");
    }

    private static async Task LeadsToAsync(AdminServer server, string id, string words, string alert)
    {
        var report = (await server.GetAsync(Controls, "august")).Json;
        var said = report["frameworks"]!
            .AsArray()
            .SelectMany(static framework => framework!["controls"]!.AsArray())
            .Single(line => (string)line!["id"]! == id)!["evidence"]!
            .AsArray()
            .Single(one => ((string)one!["words"]!).StartsWith(words, StringComparison.Ordinal))!;
        var answer = await server.GetAsync((string)said["query"]!);

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal(alert, (string)Assert.Single(answer.Json["items"]!.AsArray())!["id"]!);
    }

    private static async Task WriteAsync(
        AdminServer server,
        string id,
        string kind,
        DateTimeOffset at,
        AlertState state,
        AlertSeverity severity = AlertSeverity.Warning,
        string? who = null
    )
    {
        var alert = new Alert
        {
            Id = id,
            Kind = kind,
            Subject = "client/acme-connector",
            At = at,
            Evidence = "seen",
            State = state,
            Severity = severity,
            AssignedTo = who,
        };
        await server.Store.WriteAsync([new RegistryWrite(RegistryKind.Alert, id, RegistryJson.Serialize(alert), 0)], "test", default);
    }
}

using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Alerts;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>A node that reports no more is missed, once, until it reports again.</summary>
public sealed class NodeSilenceTests
{
    [Fact]
    public async Task Look_ANodeThatReportsNoMore_IsAnAlertUntilItReports()
    {
        await using var server = await StartAsync();
        await LookAsync(server);
        Assert.Empty(await AlertsAsync(server));

        server.Time.Now = server.Time.Now.AddMinutes(5);
        Report(server, "gw-01");
        await LookAsync(server);
        await LookAsync(server);
        var alert = Assert.Single(await AlertsAsync(server));
        Assert.Equal(("node/gw-02", "act", "open"), ((string)alert["subject"]!, (string)alert["lane"]!, (string)alert["state"]!));

        Report(server, "gw-02");
        await LookAsync(server);
        Assert.Equal("closed", (string)Assert.Single(await AlertsAsync(server))["state"]!);

        // Another silence is another alert.
        server.Time.Now = server.Time.Now.AddHours(1);
        Report(server, "gw-01");
        await LookAsync(server);
        Assert.Equal(2, (await AlertsAsync(server)).Count);
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(5, 60 * 24 * 8)]
    public async Task Look_WhereNobodyAsksOrAllHaveForgotten_RaisesNothing(int after, int minutes)
    {
        await using var server = await StartAsync(after);
        server.Time.Now = server.Time.Now.AddMinutes(minutes);
        await LookAsync(server);

        Assert.Empty(await AlertsAsync(server));
    }

    // By a clock that was ahead, or written by somebody: such a report ends as any other does.
    [Theory]
    [InlineData(2)]
    [InlineData(60 * 24 * 365 * 50)]
    public async Task Look_ANodeWhoseLastReportIsOfATimeToCome_IsMissedAllTheSame(int minutesAhead)
    {
        await using var server = await StartAsync();
        Report(server, "gw-02", minutesAhead);
        await LookAsync(server);
        server.Time.Now = server.Time.Now.AddMinutes(4);
        Report(server, "gw-01");
        await LookAsync(server);
        Assert.Empty(await AlertsAsync(server));

        server.Time.Now = server.Time.Now.AddMinutes(1);
        Report(server, "gw-01");
        await LookAsync(server);
        Assert.Equal("node/gw-02", (string)Assert.Single(await AlertsAsync(server))["subject"]!);

        // The twin: it goes on reporting by its clock, and then by a right one.
        Report(server, "gw-02", minutesAhead + 1);
        await LookAsync(server);
        Assert.Equal("closed", (string)Assert.Single(await AlertsAsync(server))["state"]!);
        server.Time.Now = server.Time.Now.AddMinutes(4);
        Report(server, "gw-01");
        Report(server, "gw-02");
        await LookAsync(server);
        Assert.Equal("closed", (string)Assert.Single(await AlertsAsync(server))["state"]!);
    }

    // Whoever may write the table could otherwise keep anybody from missing a node.
    [Fact]
    public async Task Look_ARowThatTheNodeDidNotWrite_IsAnAlertUntilItReports()
    {
        await using var server = await StartAsync();
        server.Store.Nodes[1] = server.Store.Nodes[1] with { IsUnproven = true };
        await LookAsync(server);
        await LookAsync(server);

        var alert = Assert.Single(await AlertsAsync(server));
        Assert.Equal(("node/gw-02", "urgent", "open"), ((string)alert["subject"]!, (string)alert["severity"]!, (string)alert["state"]!));
        var nodes = (await server.GetAsync("/admin/v1/config/nodes")).Json["nodes"]!.AsArray();
        Assert.Equal([true, false], nodes.Select(static node => (bool)node!["alive"]!));

        Report(server, "gw-02");
        await LookAsync(server);
        Assert.Equal("closed", (string)Assert.Single(await AlertsAsync(server))["state"]!);
    }

    private static async Task<AdminServer> StartAsync(int after = 5)
    {
        var server = await AdminServer.StartAsync(options => options.NodeSilentAfter = TimeSpan.FromMinutes(after));
        Report(server, "gw-01");
        Report(server, "gw-02");
        return server;
    }

    private static void Report(AdminServer server, string node, int minutesAhead = 0)
    {
        server.Store.Nodes.RemoveAll(one => one.Node == node);
        server.Store.Nodes.Add(new NodeStatus(node, 1, server.Time.Now.AddMinutes(minutesAhead), null));
    }

    private static Task LookAsync(AdminServer server) =>
        server.Services.GetRequiredService<NodeSilence>().RunOnceAsync(CancellationToken.None);

    private static async Task<List<JsonNode>> AlertsAsync(AdminServer server) =>
        [.. (await server.GetAsync("/admin/v1/alerts?kind=node-silent")).Json["items"]!.AsArray().Select(static one => one!)];
}

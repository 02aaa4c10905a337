using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Configuration;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Watch;
using Xunit;

namespace PhiGateway.Tests.Admin;

public sealed class DormancyTests
{
    private const string Client = "/admin/v1/clients/acme-connector";

    [Theory]
    [InlineData(29, 0, "active")]
    [InlineData(31, 1, "active")]
    [InlineData(61, 1, "suspended")]
    [InlineData(91, 1, "revoked")]
    public async Task RunOnce_DaysWithoutACall_GoDownTheLadder(int days, int alerts, string status)
    {
        await using var server = await OpenAsync();
        server.Time.Now = server.Time.Now.AddDays(days);
        var ladder = Ladder(server, 30, 60, 90);
        await ladder.RunOnceAsync(default);
        await ladder.RunOnceAsync(default);

        Assert.Equal(status, (string)(await server.GetAsync(Client)).Json["status"]!);
        var items = (await server.GetAsync("/admin/v1/alerts?kind=dormant")).Json["items"]!.AsArray();
        Assert.Equal(alerts, items.Count);
        Assert.All(items, item => Assert.Equal("client/acme-connector", (string)item!["subject"]!));
    }

    [Fact]
    public async Task RunOnce_ACallLately_IsNoSilence()
    {
        await using var server = await OpenAsync();
        server.Time.Now = server.Time.Now.AddDays(91);
        var call = new AuditRecord
        {
            Id = Guid.CreateVersion7(server.Time.Now),
            Kind = AuditKind.Disclosure,
            Event = "read",
            Decision = "permit",
            Time = server.Time.Now.AddDays(-1),
            Client = "acme-connector",
        };
        server.Trail.Entries.Add(WatchEventReaderTests.Entry(call));

        Assert.Equal(0, await Ladder(server, 30, 60, 90).RunOnceAsync(default));
        Assert.Equal("active", (string)(await server.GetAsync(Client)).Json["status"]!);
    }

    [Fact]
    public async Task RunOnce_ByDefault_OnlyTells()
    {
        await using var server = await OpenAsync();
        server.Time.Now = server.Time.Now.AddDays(200);
        await Ladder(server, [.. new AdminOptions().DormantDays]).RunOnceAsync(default);

        Assert.Equal("active", (string)(await server.GetAsync(Client)).Json["status"]!);
        Assert.Single((await server.GetAsync("/admin/v1/alerts?kind=dormant")).Json["items"]!.AsArray());
    }

    private static async Task<AdminServer> OpenAsync()
    {
        var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        return server;
    }

    private static DormancyLadder Ladder(AdminServer server, params int[] days) =>
        new(
            server.Store,
            server.Journal,
            server.Trail,
            (ISnapshotSource)server.Services.GetService(typeof(ISnapshotSource))!,
            new AdminOptions { DormantDays = days },
            server.Time,
            NullLogger<DormancyLadder>.Instance
        );
}

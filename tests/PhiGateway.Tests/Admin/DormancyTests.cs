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
    [InlineData(91, 1, "suspended")]
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
        AddCall(server, server.Time.Now.AddDays(-1), "permit");

        Assert.Equal(0, await Ladder(server, 30, 60, 90).RunOnceAsync(default));
        Assert.Equal("active", (string)(await server.GetAsync(Client)).Json["status"]!);
    }

    // The same client on every rung, look after look.
    [Fact]
    public async Task RunOnce_OverTheDays_WarnsSuspendsAndRevokesOneClient()
    {
        await using var server = await OpenAsync();
        var ladder = Ladder(server, 30, 60, 90);
        var start = server.Time.Now;
        var seen = new List<string>();
        foreach (var day in (int[])[29, 31, 45, 61, 75, 91, 120])
        {
            server.Time.Now = start.AddDays(day);
            await ladder.RunOnceAsync(default);
            await ladder.RunOnceAsync(default);
            seen.Add((string)(await server.GetAsync(Client)).Json["status"]!);
        }

        Assert.Equal(["active", "active", "active", "suspended", "suspended", "revoked", "revoked"], seen);
        var items = (await server.GetAsync("/admin/v1/alerts?kind=dormant")).Json["items"]!.AsArray();
        Assert.Equal(3, items.Count);
        Assert.Contains(items, static item => ((string)item!["evidence"]!).Contains("(revoke)", StringComparison.Ordinal));
    }

    // A clock that jumped, a trail that was lost: what is for good waits as long as lies between the last two rungs.
    [Fact]
    public async Task RunOnce_FirstSeenBeyondTheLastRung_IsRevokedOnlyAfterItWasSuspendedForItsDays()
    {
        await using var server = await OpenAsync();
        var ladder = Ladder(server, 30, 60, 90);
        var start = server.Time.Now;
        var seen = new List<string>();
        foreach (var day in (int[])[200, 201, 229, 230])
        {
            server.Time.Now = start.AddDays(day);
            await ladder.RunOnceAsync(default);
            await ladder.RunOnceAsync(default);
            seen.Add((string)(await server.GetAsync(Client)).Json["status"]!);
        }

        Assert.Equal(["suspended", "suspended", "suspended", "revoked"], seen);
        Assert.Equal(2, (await server.GetAsync("/admin/v1/alerts?kind=dormant")).Json["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task RunOnce_WhatAPersonSuspended_IsNotRevoked()
    {
        await using var server = await OpenAsync();
        Assert.Equal(200, (await server.PostAsync(Client + ":suspend", """{"reason":"no call since we moved"}""")).Status);
        server.Time.Now = server.Time.Now.AddDays(200);
        await Ladder(server, 30, 60, 90).RunOnceAsync(default);

        Assert.Equal("suspended", (string)(await server.GetAsync(Client)).Json["status"]!);
        Assert.Empty((await server.GetAsync("/admin/v1/alerts?kind=dormant")).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task RunOnce_CallsThatWereRefused_AreNoUse()
    {
        await using var server = await OpenAsync();
        server.Time.Now = server.Time.Now.AddDays(61);
        AddCall(server, server.Time.Now.AddDays(-1), "deny");
        await Ladder(server, 30, 60, 90).RunOnceAsync(default);

        Assert.Equal("suspended", (string)(await server.GetAsync(Client)).Json["status"]!);
    }

    [Fact]
    public async Task RunOnce_OpenedAgain_HasItsTimeAnew()
    {
        await using var server = await OpenAsync();
        var ladder = Ladder(server, 30, 60, 90);
        server.Time.Now = server.Time.Now.AddDays(61);
        await ladder.RunOnceAsync(default);
        const string Why = """{"reason":"it is for the yearly audit"}""";
        Assert.Equal(200, (await server.PostAsync(Client + ":request-lift", Why)).Status);
        Assert.Equal(200, (await server.PostAsync(Client + ":resume", Why, "anna")).Status);
        var opened = server.Time.Now;
        await ladder.RunOnceAsync(default);
        server.Time.Now = opened.AddDays(40);
        await ladder.RunOnceAsync(default);
        Assert.Equal("active", (string)(await server.GetAsync(Client)).Json["status"]!);

        server.Time.Now = opened.AddDays(61);
        await ladder.RunOnceAsync(default);
        Assert.Equal("suspended", (string)(await server.GetAsync(Client)).Json["status"]!);
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

    private static void AddCall(AdminServer server, DateTimeOffset at, string decision) =>
        server.Trail.Entries.Add(
            WatchEventReaderTests.Entry(
                new AuditRecord
                {
                    Id = Guid.CreateVersion7(at),
                    Kind = decision == "permit" ? AuditKind.Disclosure : AuditKind.Decision,
                    Event = "read",
                    Decision = decision,
                    Time = at,
                    Client = "acme-connector",
                }
            )
        );

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

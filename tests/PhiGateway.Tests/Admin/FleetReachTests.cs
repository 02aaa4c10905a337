using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Organizations;
using PhiGateway.Admin.Status;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Admin.Fakes;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>The last door of an act is closed where every node has seen since that it enforces the newest; no number says so.</summary>
public sealed class FleetReachTests
{
    private readonly FakeTime _time = new();

    [Fact]
    public async Task Look_NodeAheadOfAStandbyThatTookOver_IsNotReached_UntilItHasLookedAgain()
    {
        var store = new FakeRegistryStore(_time);
        var act = _time.Now;
        store.Nodes.Add(new NodeStatus("gw-1", 100, act, null, act.AddSeconds(-20)));
        var fleet = new FleetReach(store, new AdminOptions(), _time);

        var open = await fleet.LookAsync(96, act, default);
        Assert.Null(open.Reach);
        Assert.Equal(["gw-1"], open.Unconfirmed.Select(static node => node.Node));

        // Twin: the same number, and a look since.
        store.Nodes[0] = new NodeStatus("gw-1", 100, act, null, act.AddSeconds(1));
        Assert.Equal(["gw-1"], (await fleet.LookAsync(96, act, default)).Reach!.Nodes);

        // And one that looked, and has not got so far.
        store.Nodes[0] = new NodeStatus("gw-1", 95, act, null, act.AddSeconds(1));
        Assert.Null((await fleet.LookAsync(96, act, default)).Reach);
    }

    // A row that somebody else wrote says of no node that it has the act, nor that it closed long ago.
    [Theory]
    [InlineData(100, 1)]
    [InlineData(0, -60 * 24)]
    public async Task Look_ARowThatTheNodeDidNotWrite_IsNotReached(long revision, int minutes)
    {
        var store = new FakeRegistryStore(_time);
        var act = _time.Now;
        store.Nodes.Add(new NodeStatus("gw-1", revision, act.AddMinutes(minutes), null, act.AddMinutes(minutes)) { IsUnproven = true });
        store.Nodes.Add(new NodeStatus("gw-2", 100, act.AddMinutes(1), null, act.AddMinutes(1)));
        var fleet = new FleetReach(store, new AdminOptions(), _time);

        var view = await fleet.LookAsync(96, act, default);
        Assert.Null(view.Reach);
        Assert.Equal(["gw-1"], view.Unconfirmed.Select(static node => node.Node));

        store.Nodes[0] = store.Nodes[0] with { Revision = 100, Confirmed = act.AddMinutes(1), IsUnproven = false };
        Assert.NotNull((await fleet.LookAsync(96, act, default)).Reach);
    }

    [Fact]
    public async Task Status_OfANodeAheadOfItsRegistry_IsNotInForce()
    {
        var health = new StandingHealth();
        await using var server = await AdminServer.StartAsync(services: all => all.AddSingleton<INodeHealth>(health));
        var newest = await server.Store.GetRevisionAsync(default);
        foreach (var (revision, inForce) in new[] { (newest - 1, false), (newest, true), (newest + 5, false) })
        {
            health.Revision = revision;
            Assert.Equal(inForce, (bool)(await server.GetAsync("/admin/v1/config/status")).Json["in_force"]!);
        }
    }

    private sealed class StandingHealth : INodeHealth
    {
        public long Revision { get; set; }

        public NodeHealth Get() => new("gw-1", Revision, null, "database", null, 0);
    }
}

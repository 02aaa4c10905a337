using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Gateway.Admit;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Admit;

/// <summary>What a node keeps of clients ends with them, and with names that other nodes told; what counts still is kept.</summary>
public sealed class ForgottenGatesTests
{
    private static readonly TimeSpan Round = TimeSpan.FromHours(6);

    // Any name that stands in a row of the database is asked for.
    [Fact]
    public async Task Exchange_NamesThatOtherNodesToldOnce_AreForgottenWithinADay()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read"));
        var gates = world.Get<ClientGates>();
        for (var name = 0; name < 500; name++)
        {
            Assert.NotNull(gates.FindQuota($"told-{name}"));
            Assert.NotNull(gates.FindShare($"/organization/told-{name}/rate"));
        }

        var own = gates.Of("connector");
        for (var round = 0; round < 5; round++)
        {
            world.Clock.Advance(Round);
            Assert.True(await world.Get<QuotaKeeper>().TryExchangeAsync(CancellationToken.None));
            Assert.Same(own, gates.Of("connector"));
        }

        Assert.Equal(["connector"], gates.Quotas.Select(static quota => quota.Name).Distinct());
        Assert.Empty(gates.Shares);
    }

    // Nodes come and go, each under a name of its own: what is shared is not divided by those that were there once.
    [Fact]
    public async Task Exchange_NodesThatAreGone_ShareNothingTwoDaysLater()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read"));
        var uses = new SaidOnce(20, TestRegistry.Now.UtcTicks / TimeSpan.TicksPerDay);
        var log = NullLogger<QuotaKeeper>.Instance;
        using var keeper = new QuotaKeeper(uses, world.Get<ClientGates>(), world.Options, world.Clock, log);
        Assert.True(await keeper.TryExchangeAsync(CancellationToken.None));
        Assert.Equal(21, keeper.Nodes);

        // The twin: who spoke yesterday may be asleep.
        world.Clock.Advance(TimeSpan.FromDays(1));
        Assert.True(await keeper.TryExchangeAsync(CancellationToken.None));
        Assert.Equal(21, keeper.Nodes);

        world.Clock.Advance(TimeSpan.FromDays(1));
        Assert.True(await keeper.TryExchangeAsync(CancellationToken.None));
        Assert.Equal(1, keeper.Nodes);
    }

    [Fact]
    public void Sweep_OfWhoMetAPatientInThisMonth_KeepsTheCountUntilTheMonthIsOver()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read"));
        var (gates, now) = (world.Get<ClientGates>(), TestRegistry.Now);
        Assert.True(gates.Of("away").Of(PatientStretch.Month).TryProbe(["17"], 2, now, counts: true));
        for (var round = 0; round < 8; round++)
        {
            gates.Sweep(now);
        }

        Assert.True(gates.Of("away").Of(PatientStretch.Month).TryProbe(["18"], 2, now, counts: true));
        Assert.False(gates.Of("away").Of(PatientStretch.Month).TryProbe(["19"], 2, now, counts: true));

        for (var round = 0; round < 3; round++)
        {
            gates.Sweep(now.AddDays(31));
        }

        Assert.Empty(gates.Quotas);
    }

    [Fact]
    public void Sweep_WhileARequestHasAPlace_KeepsItsGate()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read"));
        var gates = world.Get<ClientGates>();
        Assert.True(gates.Of("connector").TryEnter(1));
        for (var round = 0; round < 8; round++)
        {
            gates.Sweep(TestRegistry.Now);
        }

        Assert.Equal(1, gates.RunningOf(["connector"]));
        Assert.False(gates.Of("connector").TryEnter(1));
    }

    [Fact]
    public void Enter_OfClientsThatComeNoMore_KeepsNoCountOfThem()
    {
        var clock = new StageWorld.StoppedClock(TestRegistry.Now);
        var room = new ClientRoom(clock, static () => { });
        for (var client = 0; client < 500; client++)
        {
            room.Enter($"gone-{client}", 1)!.Dispose();
        }

        using var held = room.Enter("held", 1);
        for (var hour = 0; hour < 4; hour++)
        {
            clock.Advance(TimeSpan.FromHours(1));
            Assert.Equal(TimeSpan.Zero, room.Take("comes", 1));
            Assert.NotEqual(TimeSpan.Zero, room.Take("comes", 1));
        }

        Assert.Equal(2, room.Count);

        // The twin: who has a place still has one alone.
        Assert.Null(room.Enter("held", 1));
    }

    [Fact]
    public void Note_AMonthAfterAClientCameLast_KnowsNothingOfItAnyMore()
    {
        var snapshot = TwoClients();
        var habits = new HabitKeeper();
        Note("connector", TestRegistry.Now);
        Note("second", TestRegistry.Now.AddDays(20));
        Assert.Equal(2, habits.Count);

        Note("second", TestRegistry.Now.AddDays(31));
        Assert.Equal(1, habits.Count);

        // The twin: who came within the month is known.
        Note("connector", TestRegistry.Now.AddDays(60));
        Assert.Equal(2, habits.Count);

        void Note(string client, DateTimeOffset now) =>
            habits.Note(
                snapshot.FindClientById(client),
                Asked.Caller(client) with
                {
                    AuthenticatedAt = now.AddMinutes(-1),
                },
                IPAddress.Parse("203.0.113.7"),
                [],
                now
            );
    }

    private static RegistrySnapshot TwoClients()
    {
        var asked = new StepUp { FreshWithinSeconds = 300, When = [StepUpOccasion.NewNetwork] };
        var useCase = TestRegistry.UseCase(grants: StageWorld.Grant("read")) with { StepUp = asked };
        var organization = TestRegistry.Organization();
        var (first, second) = (TestRegistry.Client(), TestRegistry.Client("second"));
        var credential = TestRegistry.Credential("second-oidc", "second", "second");
        return TestRegistry.Build([
            .. TestRegistry.Open(useCase, first, organization: organization),
            second,
            credential,
            TestRegistry.Approval(
                ApprovalFingerprint.Of(second, useCase, TestRegistry.Agreement(), organization, [credential]),
                "approval-2",
                "second"
            ),
        ]);
    }

    // As a database tells: what was written before the last question is not told again.
    private sealed class SaidOnce(int nodes, long day) : IQuotaUses
    {
        private bool _isSaid;

        public Task<QuotaNews> ExchangeAsync(IReadOnlyList<QuotaUse> own, DateTimeOffset since, CancellationToken cancellationToken)
        {
            QuotaUse[] told = _isSaid
                ? []
                : [.. Enumerable.Range(0, nodes).Select(node => new QuotaUse("connector", $"gone-{node}", 0, [], day, 0))];
            _isSaid = true;
            return Task.FromResult(new QuotaNews(told, since));
        }
    }
}

using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Admit;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Admit;

/// <summary>Quotas hold over restarts and over nodes.</summary>
public sealed class QuotaKeeperTests : IDisposable
{
    private static readonly Client ThreeADay = TestRegistry.Client() with { Limits = new ClientLimits { RecordsPerDay = 3 } };
    private static readonly Client OnePatient = TestRegistry.Client() with { Limits = new ClientLimits { DistinctPatientsPerHour = 1 } };

    private readonly StageWorld.QuotaBoard _board = new();
    private readonly List<StageWorld> _worlds = [];

    public void Dispose() => _worlds.ForEach(static world => world.Dispose());

    [Fact]
    public async Task Take_AfterARestart_GoesOnFromWhatWasTaken()
    {
        var before = Node("a", ThreeADay);
        Assert.Equal([null, null], [await ReadAsync(before), await ReadAsync(before)]);
        await ExchangeAsync(before);

        var after = Node("a", ThreeADay);
        await ExchangeAsync(after);

        Assert.Equal([null, DenyReason.QuotaExceeded], [await ReadAsync(after), await ReadAsync(after)]);
    }

    [Fact]
    public async Task Take_OnTwoNodes_CountsOnBoth()
    {
        var (a, b) = (Node("a", ThreeADay), Node("b", ThreeADay));
        await ExchangeAsync(a);
        await ExchangeAsync(b);
        Assert.Equal([null, null, null], [await ReadAsync(a), await ReadAsync(b), await ReadAsync(a)]);

        await ExchangeAsync(a);
        await ExchangeAsync(b);
        Assert.Equal(DenyReason.QuotaExceeded, await ReadAsync(b));
    }

    [Fact]
    public async Task Take_SamePatientOnTwoNodes_IsOnePatientAndAnotherIsNot()
    {
        var (a, b) = (Node("a", OnePatient), Node("b", OnePatient));
        await ExchangeAsync(b);
        Assert.Null(await ReadAsync(a));
        await ExchangeAsync(a);
        await ExchangeAsync(a);
        await ExchangeAsync(b);

        Assert.Equal([null, DenyReason.QuotaExceeded], [await ReadAsync(b), await ReadAsync(b, patient: "18")]);
    }

    [Fact]
    public async Task Exchange_PatientsOfAClient_AreSaidByKeyedWordsOnly()
    {
        var a = Node("a", OnePatient);
        await ExchangeAsync(a);
        Assert.Null(await ReadAsync(a, patient: "patient-of-the-hour"));
        await ExchangeAsync(a);

        var use = Assert.Single(_board.Uses);
        Assert.DoesNotContain("patient-of-the-hour", Assert.Single(use.Patients), StringComparison.Ordinal);
    }

    // A node of an earlier version said them in clear: it is counted by the same words, and does not stay.
    [Fact]
    public async Task Exchange_OwnRowInClear_IsCountedAndSaidAnew()
    {
        var hour = TestRegistry.Now.UtcTicks / TimeSpan.TicksPerHour;
        var day = TestRegistry.Now.UtcTicks / TimeSpan.TicksPerDay;
        _board.Say(new QuotaUse(OnePatient.Id, "a", hour, ["17"], day, 1));
        var a = Node("a", OnePatient);
        await ExchangeAsync(a);

        Assert.DoesNotContain("17", Assert.Single(_board.Uses).Patients);
        Assert.Equal([null, DenyReason.QuotaExceeded], [await ReadAsync(a), await ReadAsync(a, patient: "18")]);
    }

    [Fact]
    public async Task Take_NextDay_BeginsAnewOnBoth()
    {
        var (a, b) = (Node("a", ThreeADay), Node("b", ThreeADay));
        foreach (var _ in Enumerable.Range(0, 3))
        {
            Assert.Null(await ReadAsync(a));
        }

        await ExchangeAsync(a);
        await ExchangeAsync(a);
        await ExchangeAsync(b);
        Assert.Equal(DenyReason.QuotaExceeded, await ReadAsync(b));

        a.Clock.Advance(TimeSpan.FromDays(1));
        b.Clock.Advance(TimeSpan.FromDays(1));
        a.Publish(a.Snapshots.Current);
        b.Publish(b.Snapshots.Current);
        Assert.Equal([null, null], [await ReadAsync(a), await ReadAsync(b)]);
    }

    [Fact]
    public void FindExceeded_ClockSetBack_BeginsNothingAnew()
    {
        var quota = new ClientQuota(static patient => patient);
        var one = new Disclosure();
        one.Release(new ResourceFacts { Type = ResourceType.Patient, Id = "17" });
        Assert.Null(quota.FindExceeded(one, null, 1, TestRegistry.Now));

        Assert.Equal("records-per-day", quota.FindExceeded(one, null, 1, TestRegistry.Now.AddDays(-1)));
        Assert.Null(quota.FindExceeded(one, null, 1, TestRegistry.Now.AddDays(1)));
    }

    [Fact]
    public async Task Exchange_DatabaseAway_CountsHereAndIsToldWhenItIsBack()
    {
        var (a, b) = (Node("a", ThreeADay), Node("b", ThreeADay));
        _board.IsAway = true;
        Assert.False(await a.Get<QuotaKeeper>().TryExchangeAsync(CancellationToken.None));
        Assert.Equal([null, null, null], [await ReadAsync(a), await ReadAsync(a), await ReadAsync(a)]);
        Assert.Equal(DenyReason.QuotaExceeded, await ReadAsync(a));
        Assert.False(await a.Get<QuotaKeeper>().TryExchangeAsync(CancellationToken.None));

        _board.IsAway = false;
        await ExchangeAsync(a);
        await ExchangeAsync(a);
        await ExchangeAsync(b);
        Assert.Equal(DenyReason.QuotaExceeded, await ReadAsync(b));
    }

    private static async Task ExchangeAsync(StageWorld node) =>
        Assert.True(await node.Get<QuotaKeeper>().TryExchangeAsync(CancellationToken.None));

    private static async Task<DenyReason?> ReadAsync(StageWorld node, string patient = "17")
    {
        node.Upstream.Answers("GET /Observation/1", StageWorld.Observation(patient: patient));
        using var exchange = node.Open("GET", "/fhir/Observation/1");
        return (await node.WalkAsync(exchange, "Release")).Refusal;
    }

    private StageWorld Node(string name, Client client)
    {
        var grant = StageWorld.Grant("read") with { Patients = new PatientScope { Any = true } };
        var world = new StageWorld(client, options => options.Node = name, grant) { Quotas = _board };
        _worlds.Add(world);
        return world;
    }
}

using PhiGateway.Gateway.Admit;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Admit;

/// <summary>Patients are counted over days and over 30 of them, on all nodes and over restarts: what drips slowly adds up.</summary>
public sealed class LongQuotaTests : IDisposable
{
    private readonly StageWorld.QuotaBoard _board = new();
    private readonly List<StageWorld> _worlds = [];

    // The 26th day of a stretch of 30: four days are left of it.
    private static readonly TimeSpan Left = TimeSpan.FromDays(4);

    public void Dispose() => _worlds.ForEach(static world => world.Dispose());

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Take_OfFurtherPatients_EndsWithTheStretchAndNotWithTheHour(bool isDaily)
    {
        var (stretch, rest) = isDaily
            ? ("patients-per-day", TimeSpan.FromHours(12))
            : ("patients-per-30-days", Left - TimeSpan.FromHours(12));
        var world = Node("a", Limited(isDaily, 2));
        Assert.Equal([null, null, stretch], [await ReadAsync(world, "1"), await ReadAsync(world, "2"), await ReadAsync(world, "3")]);

        // Who was counted is no further patient.
        Assert.Null(await ReadAsync(world, "1"));
        Advance(world, rest - TimeSpan.FromHours(1));
        Assert.Equal([stretch, null], [await ReadAsync(world, "3"), await ReadAsync(world, "2")]);
        Advance(world, TimeSpan.FromHours(1));
        Assert.Null(await ReadAsync(world, "3"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Take_OnAnotherNodeOrAfterARestart_IsCounted(bool isDaily)
    {
        var client = Limited(isDaily, 2);
        var before = Node("a", client);
        Assert.Equal([null, null], [await ReadAsync(before, "1"), await ReadAsync(before, "2")]);
        await ExchangeAsync(before);
        var (after, other) = (Node("a", client), Node("b", client));
        await ExchangeAsync(after);
        await ExchangeAsync(other);

        foreach (var node in (StageWorld[])[after, other])
        {
            Assert.NotNull(await ReadAsync(node, "3"));
            Assert.Null(await ReadAsync(node, "1"));
        }

        Assert.NotEmpty(_board.Patients);
        Assert.DoesNotContain(_board.Patients, static patient => patient.Word is "1" or "2");
    }

    [Fact]
    public async Task Take_ByAClientWithoutSuchALimit_TellsNobody()
    {
        var world = Node("a", TestRegistry.Client() with { Limits = new ClientLimits { DistinctPatientsPerHour = 10 } });
        Assert.Null(await ReadAsync(world, "1"));
        await ExchangeAsync(world);

        Assert.Equal(["connector"], _board.Uses.Select(static use => use.Client));
    }

    private static Client Limited(bool isDaily, int most) =>
        TestRegistry.Client() with
        {
            Limits = isDaily ? new ClientLimits { DistinctPatientsPerDay = most } : new ClientLimits { DistinctPatientsPer30Days = most },
        };

    private StageWorld Node(string name, Client client)
    {
        var grant = StageWorld.Grant("read") with { Patients = new PatientScope { Any = true } };
        var world = new StageWorld(client, options => options.Node = name, grant) { Quotas = _board };
        _worlds.Add(world);
        return world;
    }

    private static void Advance(StageWorld world, TimeSpan by)
    {
        world.Clock.Advance(by);
        world.Publish(world.Snapshots.Current);
    }

    private static Task<bool> ExchangeAsync(StageWorld world) => world.Get<QuotaKeeper>().TryExchangeAsync(CancellationToken.None);

    // What quota stood in the way; null: none.
    private static async Task<string?> ReadAsync(StageWorld world, string patient)
    {
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation(patient: patient));
        using var exchange = world.Open("GET", "/fhir/Observation/1");
        return (await world.WalkAsync(exchange, "Release")).Detail;
    }
}

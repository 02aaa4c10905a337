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
        Assert.Null(await ReadAsync(a));

        // The first had leased all there is, and gives back as soon as it knows that it is not alone.
        Assert.Equal(DenyReason.QuotaExceeded, await ReadAsync(b));
        await RoundAsync(b, a, b, a, b);
        Assert.Equal([null, null], [await ReadAsync(b), await ReadAsync(a)]);

        await RoundAsync(a, b);
        Assert.Equal([DenyReason.QuotaExceeded, DenyReason.QuotaExceeded], [await ReadAsync(a), await ReadAsync(b)]);
    }

    // The bound that the documents state: never more over all nodes, whatever comes in which order, and nothing is lost but for a moment.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Take_OnThreeNodesInAnyOrder_IsNeverMoreThanTheQuota_AndAllOfItIsGivenInTheEnd(int seed)
    {
        const int Most = 20;
        var random = new Random(seed);
        var client = TestRegistry.Client() with
        {
            Limits = new ClientLimits { RecordsPerDay = Most, DistinctPatientsPerHour = Most },
        };
        StageWorld[] nodes = [Node("a", client), Node("b", client), Node("c", client)];
        var taken = 0;
        for (var step = 0; step < 200; step++)
        {
            var node = nodes[random.Next(3)];
            if (random.Next(4) == 0)
            {
                await ExchangeAsync(node);
            }
            else if (await ReadAsync(node, patient: $"p{step}") is null)
            {
                taken++;
            }

            Assert.True(taken <= Most, $"{taken} after {step} steps");
        }

        for (var round = 0; round < 20 && taken < Most; round++)
        {
            await RoundAsync(nodes);
            taken += await ReadAsync(nodes[0], patient: $"last{round}") is null ? 1 : 0;
        }

        Assert.Equal(Most, taken);
    }

    [Fact]
    public async Task Take_AllNodesAtTheSameMoment_IsNoMoreThanTheQuota()
    {
        var client = TestRegistry.Client() with { Limits = new ClientLimits { RecordsPerDay = 10 } };
        StageWorld[] nodes = [Node("a", client), Node("b", client), Node("c", client)];
        var taken = 0;
        for (var round = 0; round < 30; round++)
        {
            foreach (var node in nodes)
            {
                taken += await ReadAsync(node) is null ? 1 : 0;
            }
        }

        Assert.InRange(taken, 1, 10);
    }

    // A slice that was too small for one answer is large enough for its repetition.
    [Fact]
    public void Lease_SmallerThanAnAnswer_GrowsToItAtOnce()
    {
        var quota = new ClientQuota(static patient => patient, PatientStretch.Hour);
        Assert.False(quota.IsReady(null, 100, TestRegistry.Now));
        Assert.NotNull(quota.Say("acme", "a", 3, TestRegistry.Now));
        quota.Settle(TestRegistry.Now);
        Assert.Equal("records-per-day", quota.FindExceeded(Many(40), null, 100, TestRegistry.Now));
        Assert.Equal(100, quota.RecordsLeft);

        Assert.NotNull(quota.Say("acme", "a", 3, TestRegistry.Now));
        quota.Settle(TestRegistry.Now);
        Assert.Null(quota.FindExceeded(Many(40), null, 100, TestRegistry.Now));
    }

    [Fact]
    public async Task Lease_OfAClientThatStoppedCalling_IsGivenBack()
    {
        var (a, b) = (Node("a", ThreeADay), Node("b", ThreeADay));
        Assert.Null(await ReadAsync(a));
        Assert.Equal(DenyReason.QuotaExceeded, await ReadAsync(b));
        for (var round = 0; round < 7; round++)
        {
            await RoundAsync(a, b);
        }

        Assert.Equal([null, null, DenyReason.QuotaExceeded], [await ReadAsync(b), await ReadAsync(b), await ReadAsync(b)]);
    }

    [Fact]
    public async Task Refusal_OfAUsedUpQuota_TellsWhichAndWhenThereIsMore()
    {
        var a = Node("a", ThreeADay);
        Assert.Equal([null, null, null], [await ReadAsync(a), await ReadAsync(a), await ReadAsync(a)]);
        using var exchange = a.Open("GET", "/fhir/Observation/1");
        Assert.Equal(DenyReason.QuotaExceeded, (await a.WalkAsync(exchange, "Release")).Refusal);

        var headers = exchange.Http.Response.Headers;
        Assert.Equal("\"records-per-day\";q=3;w=86400", headers["RateLimit-Policy"]);
        Assert.StartsWith("\"records-per-day\";r=0;t=", headers["RateLimit"].ToString(), StringComparison.Ordinal);
        Assert.InRange(int.Parse(headers.RetryAfter.ToString(), System.Globalization.CultureInfo.InvariantCulture), 2, 86_400);
    }

    [Fact]
    public async Task Take_SamePatientOnTwoNodes_IsOnePatientAndAnotherIsNot()
    {
        var (a, b) = (Node("a", OnePatient), Node("b", OnePatient));
        await ExchangeAsync(b);
        Assert.Null(await ReadAsync(a));
        await RoundAsync(a, a, b);

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
        var met = Assert.Single(_board.Patients);
        Assert.All(
            use.Patients.Append(met.Word),
            static word => Assert.DoesNotContain("patient-of-the-hour", word, StringComparison.Ordinal)
        );
    }

    // What a second costs is what is new in it, not what was taken before.
    [Fact]
    public async Task Exchange_OneFurtherPatientOfMany_SaysThatOneOnly()
    {
        var client = TestRegistry.Client() with { Limits = new ClientLimits { DistinctPatientsPerHour = 1000 } };
        var a = Node("a", client);
        for (var patient = 0; patient < 50; patient++)
        {
            Assert.Null(await ReadAsync(a, patient: $"p{patient}"));
        }

        await ExchangeAsync(a);
        Assert.Equal(50, _board.Patients.Count());
        var written = _board.Written;
        Assert.Null(await ReadAsync(a, patient: "one-more"));
        await ExchangeAsync(a);
        Assert.Equal(51, _board.Patients.Count());
        Assert.InRange(_board.Written - written, 2, 4);
    }

    [Fact]
    public async Task Exchange_ThatFails_SaysItsPatientsTheNextTime_OnceEach()
    {
        var a = Node("a", OnePatient);
        await ExchangeAsync(a);
        Assert.Null(await ReadAsync(a));
        _board.IsAway = true;
        Assert.False(await a.Get<QuotaKeeper>().TryExchangeAsync(CancellationToken.None));
        Assert.NotNull(a.Get<QuotaKeeper>().Problem);
        _board.IsAway = false;
        await ExchangeAsync(a);
        await ExchangeAsync(a);
        Assert.Single(_board.Patients);
        Assert.Null(a.Get<QuotaKeeper>().Problem);
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
        Assert.NotEqual("17", Assert.Single(_board.Patients).Word);
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
        Assert.Null(await ReadAsync(a));
        await RoundAsync(b, a, b, a, b);
        Assert.Null(await ReadAsync(b));
    }

    [Fact]
    public void FindExceeded_ClockSetBack_BeginsNothingAnew()
    {
        var quota = new ClientQuota(static patient => patient, PatientStretch.Hour);
        var one = new Disclosure();
        one.Release(new ResourceFacts { Type = ResourceType.Patient, Id = "17" }, default);
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

    // A connection that is open and dead: neither a round of everybody's nor one of its own holds a request for longer than it waits.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Enter_DatabaseThatNeverAnswers_CountsHereAfterAMoment_AndTogetherWhenItDoes(bool isInARound)
    {
        var a = Node("a", ThreeADay);
        await ExchangeAsync(a);
        _board.Hangs = new TaskCompletionSource();
        var round = isInARound ? a.Get<QuotaKeeper>().TryExchangeAsync(CancellationToken.None) : Task.FromResult(true);
        var reads = Task.WhenAll(ReadAsync(a), ReadAsync(a));
        Assert.Equal([null, null], await reads.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal([null, DenyReason.QuotaExceeded], [await ReadAsync(a), await ReadAsync(a)]);
        Assert.NotNull(a.Get<QuotaKeeper>().Problem);

        _board.Hangs.SetResult();
        _board.Hangs = null;
        Assert.True(await round.WaitAsync(TimeSpan.FromSeconds(20)));
        await ExchangeAsync(a);
        await ExchangeAsync(a);
        Assert.Null(a.Get<QuotaKeeper>().Problem);
        var b = Node("b", ThreeADay);
        await ExchangeAsync(b);
        Assert.Equal(DenyReason.QuotaExceeded, await ReadAsync(b));
    }

    private static Disclosure Many(int records)
    {
        var many = new Disclosure();
        for (var place = 0; place < records; place++)
        {
            many.Release(new ResourceFacts { Type = ResourceType.Patient, Id = $"r{place}" }, default);
        }

        return many;
    }

    private static async Task RoundAsync(params StageWorld[] nodes)
    {
        foreach (var node in nodes)
        {
            await ExchangeAsync(node);
        }
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

using PhiGateway.Gateway.Admit;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Admit;

/// <summary>What all clients of a use case or of an organization may take together, beside what each of them may.</summary>
public sealed class SharedLimitTests : IDisposable
{
    private readonly StageWorld.QuotaBoard _board = new();
    private readonly List<StageWorld> _worlds = [];

    public static TheoryData<bool> Owners => new([true, false]);

    public void Dispose() => _worlds.ForEach(static world => world.Dispose());

    [Theory]
    [MemberData(nameof(Owners))]
    public async Task Records_OfTwoClients_AreCountedTogether(bool isUseCase)
    {
        var world = Node("a", new ClientLimits { RecordsPerDay = 3 }, isUseCase);
        Assert.Null(await ReadAsync(world, "connector"));
        Assert.Null(await ReadAsync(world, "second"));
        Assert.Null(await ReadAsync(world, "second"));

        Assert.Equal(DenyReason.QuotaExceeded, await ReadAsync(world, "connector"));
        Assert.Equal(DenyReason.QuotaExceeded, await ReadAsync(world, "second"));
    }

    [Theory]
    [MemberData(nameof(Owners))]
    public async Task Refusal_SaysWhoseLimitItIs_AndWhenThereIsMore(bool isUseCase)
    {
        var world = Node("a", new ClientLimits { DistinctPatientsPerHour = 1 }, isUseCase);
        Assert.Null(await ReadAsync(world, "second"));
        using var exchange = Open(world, "connector", "18");
        var refused = await world.WalkAsync(exchange, "Release");

        var name = isUseCase ? "patients-per-hour-of-use-case" : "patients-per-hour-of-organization";
        Assert.Equal((DenyReason.QuotaExceeded, name), (refused.Refusal, refused.Detail));
        Assert.Equal($"\"{name}\";q=1;w=3600", exchange.Http.Response.Headers["RateLimit-Policy"]);

        // The twin: the same patient is no further one.
        Assert.Null(await ReadAsync(world, "connector"));
    }

    [Fact]
    public async Task Records_OverTwoNodes_AreCountedTogether()
    {
        var limits = new ClientLimits { RecordsPerDay = 4 };
        var (a, b) = (Node("a", limits, isUseCase: false), Node("b", limits, isUseCase: false));
        Assert.Null(await ReadAsync(a, "connector"));
        for (var round = 0; round < 8; round++)
        {
            await ExchangeAsync(b);
            await ExchangeAsync(a);
        }

        var taken = 1;
        for (var read = 0; read < 10; read++)
        {
            taken += await ReadAsync(read % 2 == 0 ? a : b, read % 2 == 0 ? "second" : "connector") is null ? 1 : 0;
            await ExchangeAsync(a);
            await ExchangeAsync(b);
        }

        Assert.Equal(4, taken);
    }

    // What the organization refuses is not taken of the client's own budget, and the other way round.
    [Fact]
    public async Task Refusal_ByOneOwner_TakesNothingOfTheOthers()
    {
        var world = Node("a", new ClientLimits { RecordsPerDay = 2 }, isUseCase: false, new ClientLimits { RecordsPerDay = 1 });
        Assert.Null(await ReadAsync(world, "connector"));
        Assert.Equal(DenyReason.QuotaExceeded, await ReadAsync(world, "connector"));
        Assert.Equal(DenyReason.QuotaExceeded, await ReadAsync(world, "connector"));

        // The client's own was used up; of what is shared one is left, for the other.
        Assert.Null(await ReadAsync(world, "second"));
        Assert.Equal(DenyReason.QuotaExceeded, await ReadAsync(world, "second"));
    }

    [Theory]
    [MemberData(nameof(Owners))]
    public async Task Rate_OfTwoClients_IsSharedAndSaid(bool isUseCase)
    {
        var world = Node("a", new ClientLimits { RequestsPerSecond = 2 }, isUseCase);
        Assert.Null(await ReadAsync(world, "connector"));
        Assert.Null(await ReadAsync(world, "second"));
        using var exchange = Open(world, "second", "17");
        var refused = await world.WalkAsync(exchange, "Release");

        Assert.Equal(DenyReason.RateLimited, refused.Refusal);
        Assert.Equal("requests-per-second" + (isUseCase ? "-of-use-case" : "-of-organization"), refused.Detail);
        Assert.Equal("1", exchange.Http.Response.Headers.RetryAfter);
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await ReadAsync(world, "second"));
    }

    [Fact]
    public async Task Concurrency_OfTwoClients_IsSharedAndGivenBack()
    {
        var world = Node("a", new ClientLimits { Concurrency = 1 }, isUseCase: true);
        var first = Open(world, "connector", "17");
        Assert.True((await world.WalkAsync(first, "Admit")).Continues);
        using var second = Open(world, "second", "17");
        var refused = await world.WalkAsync(second, "Admit");
        Assert.Equal((DenyReason.ConcurrencyLimited, "concurrency-of-use-case"), (refused.Refusal, refused.Detail));

        first.Dispose();
        Assert.Equal(0, world.Get<ClientGates>().Of("second").InFlight);
        Assert.Null(await ReadAsync(world, "second"));
    }

    [Fact]
    public async Task Limits_OfNobody_ShareNothing()
    {
        var world = Node("a", null, isUseCase: false);
        using var exchange = Open(world, "connector", "17");
        Assert.True((await world.WalkAsync(exchange, "Admit")).Continues);

        Assert.False(exchange.Admitted.Ticket.IsShared);
        Assert.Empty(world.Get<ClientGates>().Shares);
    }

    [Fact]
    public void Names_OfOwners_AreNeverTakenForAClients()
    {
        var gates = Node("a", null, isUseCase: false).Get<ClientGates>();
        var client = gates.FindQuota("day")!;

        Assert.NotSame(client, gates.FindQuota("/use-case/day"));
        Assert.NotSame(client, gates.FindQuota("/organization/day"));
        Assert.Equal("/day", gates.FindQuota("/use-case/day/day")!.Suffix);
        Assert.Null(gates.FindQuota("day/of-a-later-version"));
        Assert.NotNull(gates.FindShare("day/rate"));
        Assert.Null(gates.FindShare("day/day"));
    }

    private static async Task ExchangeAsync(StageWorld node) =>
        Assert.True(await node.Get<QuotaKeeper>().TryExchangeAsync(CancellationToken.None));

    private static async Task<DenyReason?> ReadAsync(StageWorld world, string client, string patient = "17")
    {
        using var exchange = Open(world, client, patient);
        return (await world.WalkAsync(exchange, "Release")).Refusal;
    }

    private static GatewayExchange Open(StageWorld world, string client, string patient)
    {
        world.Callers.Result = CallerResult.Of(Asked.Caller(client));
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation(patient: patient));
        return world.Open("GET", "/fhir/Observation/1");
    }

    private StageWorld Node(string name, ClientLimits? limits, bool isUseCase, ClientLimits? own = null)
    {
        var grant = StageWorld.Grant("read") with { Patients = new PatientScope { Any = true } };
        var useCase = TestRegistry.UseCase(grants: grant) with { Limits = isUseCase ? limits : null };
        var organization = TestRegistry.Organization() with { Limits = isUseCase ? null : limits };
        var world = new StageWorld(change: options => options.Node = name, grants: grant) { Quotas = _board };
        var (first, second) = (TestRegistry.Client() with { Limits = own ?? new ClientLimits() }, TestRegistry.Client("second"));
        var credential = TestRegistry.Credential("second-oidc", "second", "second");
        world.Publish(
            TestRegistry.Build([
                .. TestRegistry.Open(useCase, first, organization: organization),
                second,
                credential,
                TestRegistry.Approval(
                    ApprovalFingerprint.Of(second, useCase, TestRegistry.Agreement(), organization, [credential]),
                    "approval-2",
                    "second"
                ),
            ])
        );
        _worlds.Add(world);
        return world;
    }
}

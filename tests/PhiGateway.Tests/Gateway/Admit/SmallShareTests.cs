using PhiGateway.Gateway.Admit;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Admit;

/// <summary>
/// A node closes nobody since its share of a rate is small: least of all an emergency, and nobody for longer than a share takes.
/// </summary>
public sealed class SmallShareTests : IDisposable
{
    private const string Ordinary = "TREAT";
    private const string Emergency = "ETREAT";

    private readonly List<StageWorld> _worlds = [];

    public void Dispose() => _worlds.ForEach(static world => world.Dispose());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Emergency_AfterAnOrdinaryCall_IsLetInAsAtANodeThatIsAlone(bool isThrottled)
    {
        var world = Waiting(isThrottled ? Slowed : Limited(1));
        Assert.Null((await AskAsync(world, Ordinary)).Refusal);
        world.Clock.Advance(TimeSpan.FromSeconds(2));

        // What is no emergency waits for the share, and is not told to stay away for longer than that takes.
        Assert.Equal((DenyReason.RateLimited, "3"), await AskAsync(world, Ordinary));
        Assert.Null((await AskAsync(world, Emergency)).Refusal);
    }

    // The twin: the whole rate is the end of it for an emergency too.
    [Fact]
    public async Task Emergency_FasterThanTheWholeRate_IsHeldOff()
    {
        var world = Waiting(Limited(1));
        Assert.Null((await AskAsync(world, Emergency)).Refusal);
        Assert.Equal((DenyReason.RateLimited, "1"), await AskAsync(world, Emergency));
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null((await AskAsync(world, Emergency)).Refusal);
    }

    [Fact]
    public async Task Call_OnceTheShareHasGrown_DoesNotWaitByTheSmallOne()
    {
        var world = Waiting(Limited(1));
        Assert.Null((await AskAsync(world, Ordinary)).Refusal);
        var share = ShareOf(world);
        share.Learn(new QuotaUse("connector", "b", 0, [], 1, 2), TestRegistry.Now);
        share.Settle(TestRegistry.Now);
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((DenyReason.RateLimited, "1"), await AskAsync(world, Ordinary));

        world.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null((await AskAsync(world, Ordinary)).Refusal);
    }

    [Fact]
    public async Task Calls_ThatTheBrakeRefuses_AreNeed()
    {
        const int Rate = 20;
        var world = Waiting(Limited(Rate));
        var let = 0;
        for (var call = 0; call < Rate; call++)
        {
            let += (await AskAsync(world, Ordinary)).Refusal is null ? 1 : 0;
        }

        Assert.InRange(let, 1, 2);
        var said = ShareOf(world).Say("connector", "a", 2, 0, TestRegistry.Now);
        Assert.Contains("n:1000", said!.Patients);
    }

    // The twin: what is let in is need, no more and no less.
    [Fact]
    public async Task Calls_ThatAreLetIn_AreNeedOnce()
    {
        var world = Waiting(Limited(20));
        Assert.Null((await AskAsync(world, Ordinary)).Refusal);

        Assert.Contains("n:50", ShareOf(world).Say("connector", "a", 2, 0, TestRegistry.Now)!.Patients);
    }

    private static Client Limited(int rate) => TestRegistry.Client() with { Limits = new ClientLimits { RequestsPerSecond = rate } };

    private static Client Slowed =>
        TestRegistry.Client() with
        {
            Throttle = new ClientThrottle
            {
                RequestsPerSecond = 1,
                By = ["rosa"],
                At = TestRegistry.Now,
            },
        };

    private static async Task<(DenyReason? Refusal, string RetryAfter)> AskAsync(StageWorld world, string purpose)
    {
        world.Callers.Result = CallerResult.Of(Asked.Caller() with { Purposes = [PurposeOfUse.Parse(purpose)] });
        using var exchange = world.Open("GET", "/fhir/Observation?patient=17", null, ("Phi-Justification", "a life"));
        var result = await world.WalkAsync(exchange, "Admit");
        return (result.Refusal, exchange.Http.Response.Headers.RetryAfter.ToString());
    }

    private static RateShare ShareOf(StageWorld world) => world.Get<ClientGates>().Of("connector").ShareForNews();

    // Another node has claimed all.
    private StageWorld Waiting(Client client)
    {
        var world = new StageWorld(client);
        var useCase = TestRegistry.UseCase(grants: StageWorld.Grant("read", "search")) with
        {
            AllowsBreakGlass = true,
            Purposes = [Ordinary, Emergency],
        };
        world.Publish(TestRegistry.Build(TestRegistry.Open(useCase, client)));
        _worlds.Add(world);
        var share = ShareOf(world);
        share.Learn(new QuotaUse("connector", "b", 0, ["c:1000", "n:1000"], 1, 1), TestRegistry.Now);
        share.Settle(TestRegistry.Now);
        return world;
    }
}

using PhiGateway.Audit.Journal;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Trail;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Admit;

public sealed class AdmitStageTests
{
    private const string Search = "/fhir/Observation?patient=17";

    private static readonly Client OneAtATime = TestRegistry.Client() with { Limits = new ClientLimits { Concurrency = 1 } };

    [Fact]
    public async Task Run_PlaceTaken_RefusesTheNextUntilItIsGivenBack()
    {
        using var world = new StageWorld(OneAtATime);
        var first = world.Open("GET", Search);
        using var second = world.Open("GET", Search);
        using var third = world.Open("GET", Search);

        Assert.True((await world.WalkAsync(first, "Admit")).Continues);
        Assert.Equal(DenyReason.ConcurrencyLimited, (await world.WalkAsync(second, "Admit")).Refusal);
        first.Dispose();
        Assert.True((await world.WalkAsync(third, "Admit")).Continues);
    }

    [Fact]
    public async Task Run_AfterABatchOfFifty_GivesBackOnePlaceAndNoMore()
    {
        using var world = new StageWorld(OneAtATime);
        var entries = string.Join(
            ',',
            Enumerable.Range(0, 50).Select(static n => $$$"""{"request":{"method":"GET","url":"Observation/{{{n}}}"}}""")
        );
        var batch = world.Open("POST", "/fhir", $$$"""{"resourceType":"Bundle","type":"batch","entry":[{{{entries}}}]}""");

        Assert.True((await world.WalkAsync(batch, "Release")).Continues);
        batch.Dispose();
        world.Clock.Advance(TimeSpan.FromSeconds(10));

        using var first = world.Open("GET", Search);
        using var second = world.Open("GET", Search);
        Assert.True((await world.WalkAsync(first, "Admit")).Continues);
        Assert.Equal(DenyReason.ConcurrencyLimited, (await world.WalkAsync(second, "Admit")).Refusal);
    }

    [Fact]
    public async Task Run_TokenOfACountedTask_TakesItsUseBeforeAnythingIsFetched()
    {
        using var world = OfATask();
        using var write = world.Open("PUT", "/fhir/Observation/1", StageWorld.Observation());

        Assert.True((await world.WalkAsync(write, "Admit")).Continues);

        Assert.Equal((1, 0), (world.Tasks.Taken, world.Upstream.Calls.Count));
        // And not once more when it goes.
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        using var read = world.Open("GET", "/fhir/Observation/1");
        Assert.True((await world.WalkAsync(read, "Release")).Continues);
        Assert.Equal(2, world.Tasks.Taken);
    }

    [Fact]
    public async Task Run_BatchUnderACountedTask_IsAsManyUsesAsEntries()
    {
        using var world = OfATask();
        var entries = string.Join(
            ',',
            Enumerable.Range(0, 5).Select(static n => $$$"""{"request":{"method":"GET","url":"Observation/{{{n}}}"}}""")
        );
        using var batch = world.Open("POST", "/fhir", $$$"""{"resourceType":"Bundle","type":"batch","entry":[{{{entries}}}]}""");

        Assert.True((await world.WalkAsync(batch, "Admit")).Continues);

        Assert.Equal(5, world.Tasks.Taken);
    }

    [Fact]
    public async Task Run_NoUseLeft_IsRefusedAndNothingIsAsked()
    {
        using var world = OfATask();
        world.Tasks.Left = 0;
        using var exchange = world.Open("GET", "/fhir/Observation/1");

        Assert.Equal(DenyReason.TaskUsedUp, (await world.WalkAsync(exchange, "Release")).Refusal);
        Assert.Empty(world.Upstream.Calls);
    }

    private static StageWorld OfATask()
    {
        var world = new StageWorld(null, null, StageWorld.Grant("read", "search", "update"));
        world.Publish(
            TestRegistry.Build([
                .. TestRegistry.Open(TestRegistry.UseCase(grants: StageWorld.Grant("read", "search", "update"))),
                new TaskGrant
                {
                    Id = "discharge-4",
                    Client = "connector",
                    Patient = "17",
                    Workflow = "w",
                    Expires = TestRegistry.Now.AddHours(1),
                    MaxUses = 9,
                    ByToken = true,
                },
            ])
        );
        world.Callers.Result = CallerResult.Of(Asked.Caller() with { Task = "discharge-4" });
        return world;
    }

    [Theory]
    [InlineData("POST", "/fhir/Observation/_search", "application/x-www-form-urlencoded")]
    [InlineData("POST", "/fhir/Observation", "application/fhir+json")]
    [InlineData("PUT", "/fhir/Observation/1", "application/fhir+json")]
    [InlineData("PATCH", "/fhir/Observation/1", "application/json-patch+json")]
    [InlineData("POST", "/fhir", "application/fhir+json")]
    public async Task Run_NoPlaceOrTooFast_IsRefusedBeforeItsBodyIsRead(string method, string target, string type)
    {
        using var world = new StageWorld(OneAtATime, static options => options.Limits = new LimitOptions { RequestsPerSecond = 2 });
        var first = world.Open("GET", Search);
        Assert.True((await world.WalkAsync(first, "Admit")).Continues);
        using var second = Unread();
        using var third = Unread();

        Assert.Equal(DenyReason.ConcurrencyLimited, (await world.WalkAsync(second, "Admit")).Refusal);
        first.Dispose();
        var last = world.Open("GET", Search);
        Assert.True((await world.WalkAsync(last, "Admit")).Continues);
        last.Dispose();
        Assert.Equal(DenyReason.RateLimited, (await world.WalkAsync(third, "Admit")).Refusal);

        // With a place and in time, it is read.
        third.Dispose();
        world.Clock.Advance(TimeSpan.FromSeconds(10));
        using var fourth = Unread();
        await Assert.ThrowsAsync<InvalidDataException>(() => world.WalkAsync(fourth, "Admit"));

        GatewayExchange Unread()
        {
            var exchange = world.Open(method, target, "{}");
            (exchange.Http.Request.ContentType, exchange.Http.Request.Body) = (type, new UnreadableStream());
            return exchange;
        }
    }

    [Fact]
    public async Task Run_TooFast_RefusesWithTheWait()
    {
        using var world = new StageWorld(null, static options => options.Limits = new LimitOptions { RequestsPerSecond = 1 });
        using var first = world.Open("GET", Search);
        using var second = world.Open("GET", Search);

        Assert.True((await world.WalkAsync(first, "Admit")).Continues);
        Assert.Equal(DenyReason.RateLimited, (await world.WalkAsync(second, "Admit")).Refusal);
        var headers = second.Http.Response.Headers;
        Assert.Equal("1", headers.RetryAfter.ToString());
        Assert.Equal("\"requests\";q=1;w=1", headers["RateLimit-Policy"]);
        Assert.Equal("\"requests\";r=0;t=1", headers["RateLimit"]);

        // Asking again and again makes the wait no longer.
        for (var i = 0; i < 20; i++)
        {
            using var again = world.Open("GET", Search);
            Assert.Equal(DenyReason.RateLimited, (await world.WalkAsync(again, "Admit")).Refusal);
        }

        world.Clock.Advance(TimeSpan.FromSeconds(1));
        using var later = world.Open("GET", Search);
        Assert.True((await world.WalkAsync(later, "Admit")).Continues);
    }

    [Theory]
    [InlineData("TREAT", true, 1)]
    [InlineData("TREAT", false, 1)]
    [InlineData("ETREAT", true, 3)]
    public async Task Run_ClientThatIsSlowedDown_HasTheLowerRate_ButInAnEmergency(string purpose, bool covers, int admitted)
    {
        var slowed = TestRegistry.Client() with
        {
            Throttle = new ClientThrottle
            {
                RequestsPerSecond = 1,
                By = ["rosa"],
                At = TestRegistry.Now,
            },
        };
        using var world = new StageWorld(slowed);
        world.Publish(
            TestRegistry.Build([
                .. TestRegistry.Open(
                    TestRegistry.UseCase(grants: StageWorld.Grant("read", "search")) with
                    {
                        AllowsBreakGlass = covers,
                        Purposes = covers ? ["TREAT", "ETREAT"] : ["TREAT"],
                    },
                    slowed
                ),
            ])
        );
        world.Callers.Result = CallerResult.Of(Asked.Caller() with { Purposes = [PurposeOfUse.Parse(purpose)] });
        var passed = 0;
        for (var i = 0; i < 3; i++)
        {
            using var exchange = world.Open("GET", Search, null, ("Phi-Justification", "a life"));
            passed += (await world.WalkAsync(exchange, "Admit")).Continues ? 1 : 0;
        }

        Assert.Equal(admitted, passed);
    }

    [Fact]
    public async Task Run_ClientThatCollectsRefusals_IsHeldOffForAWhile()
    {
        using var world = new StageWorld(null, static options => options.Limits = new LimitOptions { RefusalsPerMinute = 10 });
        for (var i = 0; i < 11; i++)
        {
            using var tried = world.Open("GET", $"/fhir/Observation?patient=other-{i}");
            Assert.Equal(DenyReason.OutsideRoster, (await world.WalkAsync(tried, "Decide")).Refusal);
            await world.Get<AuditTrail>().RecordRefusalAsync(tried, DenyReason.OutsideRoster, null);
        }

        using var next = world.Open("GET", Search);
        var held = await world.WalkAsync(next, "Admit");
        Assert.Equal((DenyReason.RateLimited, "refusals-per-minute"), (held.Refusal, held.Detail));
        Assert.Equal("6", next.Http.Response.Headers.RetryAfter.ToString());

        world.Clock.Advance(TimeSpan.FromSeconds(6));
        using var later = world.Open("GET", Search);
        Assert.True((await world.WalkAsync(later, "Admit")).Continues);
    }

    [Fact]
    public async Task Run_ClientWithFewRefusals_IsNotHeldOff()
    {
        using var world = new StageWorld(null, static options => options.Limits = new LimitOptions { RefusalsPerMinute = 10 });
        for (var i = 0; i < 50; i++)
        {
            using var tried = world.Open("GET", "/fhir/Observation?patient=other");
            Assert.Equal(DenyReason.OutsideRoster, (await world.WalkAsync(tried, "Decide")).Refusal);
            await world.Get<AuditTrail>().RecordRefusalAsync(tried, DenyReason.OutsideRoster, null);
            await world.Get<AuditTrail>().RecordRefusalAsync(tried, DenyReason.UpstreamUnavailable, null);
            world.Clock.Advance(TimeSpan.FromSeconds(7));
            world.Publish(world.Snapshots.Current);
        }
    }

    [Fact]
    public async Task Run_JournalFull_AdmitsNobody()
    {
        using var world = new StageWorld();
        world.Journal.Status = JournalStatus.Full;
        using var read = world.Open("GET", Search);

        Assert.Equal(DenyReason.AuditUnavailable, (await world.WalkAsync(read, "Admit")).Refusal);
    }

    private sealed class UnreadableStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new InvalidDataException("It was read.");
    }
}

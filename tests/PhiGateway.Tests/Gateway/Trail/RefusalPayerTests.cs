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

namespace PhiGateway.Tests.Gateway.Trail;

public sealed class RefusalPayerTests
{
    private const int Asked1000Times = 1000;
    private const string Search = "/fhir/Observation?patient=17";

    // One refusal of every early kind: what cannot be read, what nobody may, what is asked for in a form that is not given.
    [Theory]
    [InlineData("GET", "/fhir/Observation?x=1", 400)]
    [InlineData("GET", "/fhir/Observation/1?_format=application/pdf", 406)]
    [InlineData("DELETE", "/fhir/metadata", 405)]
    [InlineData("GET", "/fhir/Condition/1", 403)]
    [InlineData("GET", "/fhir/Observation?patient=other", 403)]
    public async Task Refusals_OfAKnownClient_AreRecordedNoFasterThanItMayAsk(string method, string target, int status)
    {
        using var world = OfTen();
        for (var i = 0; i < Asked1000Times; i++)
        {
            using var tried = world.Open(method, target);
            var result = await RefuseAsync(world, tried);
            Assert.True(i > 0 || result.Refusal!.Status == status, $"{result.Refusal} {result.Detail}");
        }

        // Ten at its rate, ten at once of those that were too many; the others are counted.
        Assert.InRange(world.Journal.Records.Count, 10, 20);

        // Once it is slow enough each is recorded again, and what it asks rightly passes.
        world.Clock.Advance(TimeSpan.FromSeconds(30));
        world.Publish(world.Snapshots.Current);
        var before = world.Journal.Records.Count;
        using var later = world.Open(method, target);
        Assert.Equal(status, (await RefuseAsync(world, later)).Refusal!.Status);
        Assert.Equal(before + 1, world.Journal.Records.Count);
        using var good = world.Open("GET", Search);
        Assert.True((await world.WalkAsync(good, "Admit")).Continues);
    }

    [Fact]
    public async Task Batch_OfEntriesThatCannotBeRead_CostsAsMuchAsItsEntries()
    {
        using var world = OfTen();
        var entries = string.Join(
            ',',
            Enumerable.Range(0, 40).Select(static n => $$$"""{"request":{"method":"GET","url":"Observation?x={{{n}}}"}}""")
        );
        using var batch = world.Open("POST", "/fhir", $$$"""{"resourceType":"Bundle","type":"batch","entry":[{{{entries}}}]}""");
        Assert.True((await world.WalkAsync(batch, "Release")).Continues);
        batch.Dispose();

        using var next = world.Open("GET", Search);
        Assert.Equal(DenyReason.RateLimited, (await world.WalkAsync(next, "Admit")).Refusal);
        world.Clock.Advance(TimeSpan.FromSeconds(4));
        using var later = world.Open("GET", Search);
        Assert.True((await world.WalkAsync(later, "Admit")).Continues);
    }

    // A token that leaked, used from where its client may not call from: the client pays with neither its rate nor its brake.
    [Theory]
    [InlineData(Search)]
    [InlineData("/fhir/Observation?x=1")]
    public async Task Refusals_OfWhoMayNotComeIn_CostThePeerAndNotTheClient(string target)
    {
        var bound = TestRegistry.Client() with { Networks = ["192.0.2.0/24"] };
        using var world = OfTen(bound);
        for (var i = 0; i < Asked1000Times; i++)
        {
            using var stolen = From(world, "203.0.113.9", target);
            var result = await RefuseAsync(world, stolen);
            Assert.NotEqual(DenyReason.RateLimited, result.Refusal);
        }

        Assert.InRange(world.Journal.Records.Count, 1, 20);
        Assert.All(world.Journal.Records, static record => Assert.Equal("connector", record.Client));
        using var good = From(world, "192.0.2.7", Search);
        Assert.True((await world.WalkAsync(good, "Admit")).Continues);
    }

    [Fact]
    public async Task Brake_InAnEmergencyThatIsCovered_HoldsNobodyOff()
    {
        using var world = OfTen();
        world.Publish(
            TestRegistry.Build([
                .. TestRegistry.Open(
                    TestRegistry.UseCase(grants: StageWorld.Grant("read", "search")) with
                    {
                        AllowsBreakGlass = true,
                        Purposes = ["TREAT", "ETREAT"],
                    }
                ),
            ])
        );
        StageResult held;
        do
        {
            world.Clock.Advance(TimeSpan.FromMilliseconds(100));
            using var tried = world.Open("GET", "/fhir/Observation?patient=other");
            held = await RefuseAsync(world, tried);
        } while (held.Refusal != DenyReason.RateLimited);

        Assert.Equal("refusals-per-minute", held.Detail);
        world.Callers.Result = CallerResult.Of(Asked.Caller() with { Purposes = [PurposeOfUse.Parse("ETREAT")] });
        using var urgent = world.Open("GET", Search, null, ("Phi-Justification", "a life"));
        Assert.True((await world.WalkAsync(urgent, "Admit")).Continues);
    }

    [Fact]
    public async Task Refusal_OfVeryManyPatients_NamesTheFirstAndSaysHowMany()
    {
        using var world = OfTen();
        var entries = string.Join(
            ',',
            Enumerable
                .Range(0, 3)
                .Select(static third => string.Join(',', Enumerable.Range(third * 500, 500).Select(static n => $"p{n}")))
                .Select(static ids => $$$"""{"request":{"method":"GET","url":"Observation?patient={{{ids}}}"}}""")
        );
        using var tried = world.Open("POST", "/fhir", $$$"""{"resourceType":"Bundle","type":"transaction","entry":[{{{entries}}}]}""");
        Assert.Equal(403, (await RefuseAsync(world, tried)).Refusal!.Status);

        var record = Assert.Single(world.Journal.Records);
        Assert.Equal(1000, record.Patients.Count);
        Assert.Contains("1500 patients", record.Note, StringComparison.Ordinal);
    }

    private static StageWorld OfTen(Client? client = null) =>
        new(
            client,
            static options =>
            {
                options.Limits = new LimitOptions { RequestsPerSecond = 10, RefusalsPerMinute = 30 };
                options.Audit.Strangers.RecordsPerSecondPerPeer = 1;
            },
            StageWorld.Grant("read", "search")
        );

    private static GatewayExchange From(StageWorld world, string peer, string target)
    {
        var exchange = world.Open("GET", target);
        exchange.Http.Connection.RemoteIpAddress = System.Net.IPAddress.Parse(peer);
        return exchange;
    }

    private static async Task<StageResult> RefuseAsync(StageWorld world, GatewayExchange exchange)
    {
        var result = await world.WalkAsync(exchange, "Admit");
        Assert.NotNull(result.Refusal);
        await world.Get<AuditTrail>().RecordRefusalAsync(exchange, result.Refusal, result.Detail);
        return result;
    }
}

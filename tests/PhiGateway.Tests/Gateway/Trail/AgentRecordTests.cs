using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Trail;

/// <summary>Of an agent under a charter the record says which model acted, by which tool, and who answered for it; its calls are counted.</summary>
public sealed class AgentRecordTests
{
    internal static readonly Client Agent = TestRegistry.Client() with
    {
        Kind = ClientKind.AiAgent,
        Limits = new ClientLimits { DistinctPatientsPerDay = 50 },
        Charter = new AgentCharter
        {
            Model = "reader-4.1",
            Vendor = "acme-ai",
            Instance = "ward-3",
            Accountable = "mary@hospital.example",
            AccountableUntil = new DateOnly(2026, 12, 31),
        },
    };

    [Theory]
    [InlineData(null)]
    [InlineData("fhir_read")]
    public async Task Record_OfAnAgent_NamesModelInstancePersonAndTool(string? tool)
    {
        using var world = new StageWorld(Agent, null, StageWorld.Grant("read"));
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        using var exchange = world.Open("GET", "/fhir/Observation/1");
        if (tool is not null)
        {
            exchange.Http.Features.Set(new ToolCall(tool));
        }

        Assert.True((await world.WalkAsync(exchange, "Release")).Continues);

        var record = Assert.Single(world.Journal.Records);
        Assert.Equal(
            ("acme-ai/reader-4.1", "ward-3", "mary@hospital.example", tool),
            (record.Model, record.Instance, record.Accountable, record.Tool)
        );
    }

    [Fact]
    public async Task Record_OfAnyOtherClient_NamesNoModelAndNoTool()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read"));
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        using var exchange = world.Open("GET", "/fhir/Observation/1");
        exchange.Http.Features.Set(new ToolCall("fhir_read"));

        Assert.True((await world.WalkAsync(exchange, "Release")).Continues);

        var record = Assert.Single(world.Journal.Records);
        Assert.Equal((null, null, null), (record.Model, record.Accountable, record.Tool));
    }

    [Theory]
    [InlineData("fhir_read", true)]
    [InlineData("fhir_search", false)]
    [InlineData(null, false)]
    public async Task Run_AgentBoundToATool_AsksByThatOneOnly(string? tool, bool passes)
    {
        var bound = Agent with { Charter = Agent.Charter! with { Tools = ["fhir_read"] } };
        using var world = new StageWorld(bound, null, StageWorld.Grant("read"));
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        using var exchange = world.Open("GET", "/fhir/Observation/1");
        if (tool is not null)
        {
            exchange.Http.Features.Set(new ToolCall(tool));
        }

        var result = await world.WalkAsync(exchange, "Release");

        Assert.Equal(passes ? null : DenyReason.AgentToolNotPermitted, result.Refusal);
        Assert.Equal(passes ? 1 : 0, world.Upstream.Calls.Count);
    }

    [Fact]
    public async Task Run_CallsOfADay_AreCountedBeforeAnythingIsFetchedAndEachEntryIsOne()
    {
        var spending = Agent with { Charter = Agent.Charter! with { CallsPerDay = 3 } };
        using var world = new StageWorld(spending, null, StageWorld.Grant("read"));
        world.Tasks.Left = 3;
        const string Two = """
            {"resourceType":"Bundle","type":"batch","entry":[
            {"request":{"method":"GET","url":"Observation/1"}},{"request":{"method":"GET","url":"Observation/2"}}]}
            """;
        using var batch = world.Open("POST", "/fhir", Two);
        using var third = world.Open("GET", "/fhir/Observation/1");
        using var fourth = world.Open("GET", "/fhir/Observation/1");

        Assert.True((await world.WalkAsync(batch, "Admit")).Continues);
        Assert.Equal(2, world.Tasks.Taken);
        Assert.True((await world.WalkAsync(third, "Admit")).Continues);
        var spent = await world.WalkAsync(fourth, "Release");

        Assert.Equal((DenyReason.AgentCallsSpent, "charter/callsPerDay"), (spent.Refusal, spent.Detail));
        Assert.Empty(world.Upstream.Calls);
        // The clock says noon: with the day the calls come back, and no sooner.
        Assert.Equal("43200", fourth.Http.Response.Headers.RetryAfter);
        Assert.Equal("\"calls-per-day\";q=3;w=86400", fourth.Http.Response.Headers["RateLimit-Policy"]);
        Assert.Equal("\"calls-per-day\";r=0;t=43200", fourth.Http.Response.Headers["RateLimit"]);
    }
}

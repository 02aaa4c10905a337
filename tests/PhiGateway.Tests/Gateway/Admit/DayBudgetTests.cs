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

/// <summary>Bytes, exports, writes and emergencies of a day are counted on all nodes and over restarts; each comes back with the next day.</summary>
public sealed class DayBudgetTests : IDisposable
{
    private const string Bytes = "bytes-per-day";
    private const string Exports = "exports-per-day";
    private const string Writes = "writes-per-day";
    private const string BreakGlass = "break-glass-per-day";

    private readonly StageWorld.QuotaBoard _board = new();
    private readonly List<StageWorld> _worlds = [];

    public void Dispose() => _worlds.ForEach(static world => world.Dispose());

    public static TheoryData<string> All => [Bytes, Exports, Writes, BreakGlass];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Take_OfABudget_EndsWithTheDayAndToldWhen(string budget)
    {
        var world = await NodeAsync("a", budget);
        Assert.Equal([null, null, budget], [await AskAsync(world, budget), await AskAsync(world, budget), await AskAsync(world, budget)]);

        using var exchange = Open(world, budget);
        Assert.Equal(DenyReason.QuotaExceeded, (await world.WalkAsync(exchange, "Release")).Refusal);
        var headers = exchange.Http.Response.Headers;
        Assert.Equal("43200", headers.RetryAfter);
        Assert.StartsWith($"\"{budget}\";q={await MostAsync(budget)};w=86400", headers["RateLimit-Policy"].ToString());
        Assert.Contains($"\"{budget}\";r=0;t=43200", headers["RateLimit"].ToString());

        Advance(world, TimeSpan.FromHours(12));
        Assert.Null(await AskAsync(world, budget));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Take_OfWhatIsAnothersBudget_IsNotCounted(string budget)
    {
        var world = await NodeAsync("a", budget);

        foreach (var other in All.Select(static row => row.Data).Where(other => other != budget))
        {
            // Whatever is asked for takes bytes.
            for (var i = 0; i < 4 && budget != Bytes; i++)
            {
                Assert.Null(await AskAsync(world, other));
            }
        }

        Assert.Equal([null, null, budget], [await AskAsync(world, budget), await AskAsync(world, budget), await AskAsync(world, budget)]);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Take_OnAnotherNodeOrAfterARestart_IsCounted(string budget)
    {
        var before = await NodeAsync("a", budget);
        Assert.Equal([null, null], [await AskAsync(before, budget), await AskAsync(before, budget)]);
        await ExchangeAsync(before);
        var (after, other) = (await NodeAsync("a", budget), await NodeAsync("b", budget));
        await ExchangeAsync(after);
        await ExchangeAsync(other);

        Assert.Equal([budget, budget], [await AskAsync(after, budget), await AskAsync(other, budget)]);
    }

    // What was written is not called refused, or its client would write it again; what comes after is, before anything is done.
    [Fact]
    public async Task Take_BytesOfTheAnswerToAWrite_RefusesWhatComesAfterIt()
    {
        var world = await NodeAsync("a", Bytes);
        for (var i = 0; i < 2; i++)
        {
            Assert.Null(await AskAsync(world, Writes));
        }

        world.Upstream.Calls.Clear();
        for (var i = 0; i < 10; i++)
        {
            if (await AskAsync(world, Writes) is { } refusal)
            {
                Assert.Equal(Bytes, refusal);
                Assert.Equal(i, world.Upstream.Calls.Count);
                Assert.Equal(Bytes, await AskAsync(world, Bytes));
                return;
            }
        }

        Assert.Fail("The budget did not end.");
    }

    [Theory]
    [InlineData(2, null)]
    [InlineData(3, Writes)]
    public async Task Take_OfABundle_CountsEachWriteThatGoes(int creates, string? refusal)
    {
        var world = await NodeAsync("a", Writes);
        world.Upstream.Answers("POST /", """{"resourceType":"Bundle","type":"transaction-response","entry":[]}""");
        var entry = $$"""{"request":{"method":"POST","url":"Observation"},"resource":{{StageWorld.Observation()}}}""";
        const string Read = """{"request":{"method":"GET","url":"Observation/1"}}""";
        using var exchange = world.Open(
            "POST",
            "/fhir",
            $$"""{"resourceType":"Bundle","type":"batch","entry":[{{string.Join(',', Enumerable.Repeat(entry, creates))}},{{Read}},{{Read}}]}"""
        );

        Assert.Equal(refusal, (await world.WalkAsync(exchange, "Admit")).Detail);
    }

    [Fact]
    public async Task Take_ByAClientWithoutAnyOfThem_TellsNobody()
    {
        var world = await NodeAsync("a", null);
        foreach (var budget in All.Select(static row => row.Data))
        {
            Assert.Equal([null, null, null], [await AskAsync(world, budget), await AskAsync(world, budget), await AskAsync(world, budget)]);
        }

        await ExchangeAsync(world);
        Assert.Empty(_board.Uses);
    }

    // Two answers of a read fit.
    private static async Task<long> MostAsync(string? budget)
    {
        if (budget != Bytes)
        {
            return 2;
        }

        using var world = new StageWorld(null, null, StageWorld.Grant("read") with { Patients = new PatientScope { Any = true } });
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        using var exchange = world.Open("GET", "/fhir/Observation/1");
        _ = await world.WalkAsync(exchange, "Release");
        return 2 * StageWorld.Written(exchange).Length;
    }

    private async Task<StageWorld> NodeAsync(string name, string? budget)
    {
        var client = TestRegistry.Client() with
        {
            Limits = budget switch
            {
                Bytes => new ClientLimits { BytesPerDay = await MostAsync(Bytes) },
                Exports => new ClientLimits { ExportsPerDay = 2 },
                Writes => new ClientLimits { WritesPerDay = 2 },
                BreakGlass => new ClientLimits { BreakGlassPerDay = 2 },
                _ => new ClientLimits(),
            },
        };
        var grant = StageWorld.Grant("read", "search", "create", "export") with { Patients = new PatientScope { Any = true } };
        var world = new StageWorld(client, options => options.Node = name, grant) { Quotas = _board };
        var useCase = TestRegistry.UseCase(grants: grant) with { Purposes = ["TREAT", "ETREAT"], AllowsBreakGlass = true };
        world.Publish(TestRegistry.Build(TestRegistry.Open(useCase, client)));
        world
            .Upstream.Answers("GET /Observation/1", StageWorld.Observation())
            .Answers("POST /Observation", StageWorld.Observation(), 201)
            .Answers(
                "GET /Patient/$export?_type=Observation",
                string.Empty,
                202,
                change: static response =>
                    response.Content.Headers.TryAddWithoutValidation("Content-Location", "http://fhir.example/r4/job/1")
            );
        _worlds.Add(world);
        return world;
    }

    private static GatewayExchange Open(StageWorld world, string budget)
    {
        var caller = Asked.Caller();
        world.Callers.Result = CallerResult.Of(budget == BreakGlass ? caller with { Purposes = [PurposeOfUse.Parse("ETREAT")] } : caller);
        return budget switch
        {
            Exports => world.Open("GET", "/fhir/Patient/$export?_type=Observation", null, ("Prefer", "respond-async")),
            Writes => world.Open("POST", "/fhir/Observation", StageWorld.Observation()),
            BreakGlass => world.Open("GET", "/fhir/Observation/1", null, ("Phi-Justification", "unconscious")),
            _ => world.Open("GET", "/fhir/Observation/1"),
        };
    }

    // What budget stood in the way; null: none.
    private static async Task<string?> AskAsync(StageWorld world, string budget)
    {
        using var exchange = Open(world, budget);
        var result = await world.WalkAsync(exchange, "Release");
        Assert.True(result.Continues || result.Refusal == DenyReason.QuotaExceeded, $"{result.Refusal} {result.Detail}");
        return result.Detail;
    }

    private static void Advance(StageWorld world, TimeSpan by)
    {
        world.Clock.Advance(by);
        world.Publish(world.Snapshots.Current);
    }

    private static Task<bool> ExchangeAsync(StageWorld world) => world.Get<QuotaKeeper>().TryExchangeAsync(CancellationToken.None);
}

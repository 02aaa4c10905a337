using System.Text.Json.Nodes;
using PhiGateway.Apis;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Refusals;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Apis;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>An answer of an API that is not FHIR leaves like one that is: what is left out is said, what is forgiven is forgiven.</summary>
public sealed class DeclaredApiAnswerTests : IDisposable
{
    private const string Place = "/v1/patients/17/results";

    private readonly StageWorld _world = new(null, null, StageWorld.Grant("search"));

    public DeclaredApiAnswerTests()
    {
        var search = ApiFixture.Search();
        search.Answer!.Next = new ApiNextOptions { Pointer = "/next" };
        _world.Route = _world.Route! with { Api = ApiFixture.Table(search) };
    }

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("http://fhir.example/r4/v1/patients/17/results?from=2", true)]
    [InlineData("/r4/v1/patients/17/results?from=2", true)]
    [InlineData("https://public.name/api/v1/patients/17/results?from=2", false)]
    [InlineData("http://fhir.example/r4/v2/results?from=2", false)]
    public async Task Release_NextThatLeadsSomewhere_LeadsOnOrIsSpokenOf(string next, bool leadsOn)
    {
        // A page that leads on is said only where a record on the one after it may leave; nothing is fetched from anywhere else.
        const string After = "GET " + Place + "?from=2";
        _world.Upstream.Answers(After, Answer(null, "2"), mediaType: "application/json");
        var (body, exchange) = await AskAsync(Answer(next));
        using (exchange)
        {
            string[] fetched = leadsOn ? ["GET " + Place, After] : ["GET " + Place];
            Assert.Equal(fetched, _world.Upstream.Lines);
            Assert.Equal(leadsOn, body["next"] is not null);
            Assert.Equal(leadsOn ? string.Empty : "next", exchange.Http.Response.Headers[KnownHeaders.Incomplete].ToString());
            Assert.Equal(leadsOn ? null : "cannot-follow", _world.Journal.Records[^1].Note);
        }
    }

    [Fact]
    public async Task Release_NoNext_SaysNothing()
    {
        var (_, exchange) = await AskAsync(Answer(null));
        using (exchange)
        {
            Assert.Empty(exchange.Http.Response.Headers[KnownHeaders.Incomplete].ToString());
            Assert.Null(_world.Journal.Records[^1].Note);
        }
    }

    [Theory]
    [InlineData("text/json", true)]
    [InlineData(null, true)]
    [InlineData("text/html", false)]
    public async Task Release_BackendsMediaType_IsTakenWhereItCanBeJson(string? type, bool isTaken)
    {
        _world.Upstream.Answers(
            "GET " + Place,
            "\uFEFF" + Answer(null),
            change: response =>
                response.Content.Headers.ContentType = type is null ? null : new System.Net.Http.Headers.MediaTypeHeaderValue(type)
        );
        using var exchange = _world.Open("GET", "/fhir" + Place);

        Assert.Equal(isTaken ? null : DenyReason.UnreadableAnswer, (await _world.WalkAsync(exchange, "Release")).Refusal);
    }

    [Fact]
    public async Task Refuse_UnknownParameter_IsNamedInTheProblem()
    {
        using var exchange = _world.Open("GET", $"/fhir{Place}?form=CANARY");
        var result = await _world.WalkAsync(exchange, "Release");
        await RefusalWriter.WriteAsync(exchange, result.Refusal!, result.Status);

        var problem = JsonNode.Parse(StageWorld.Written(exchange))!;
        Assert.Equal(("unknown-parameter", "form"), ((string?)problem["code"], (string?)problem["parameter"]));
        Assert.DoesNotContain("CANARY", problem.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuse_BackendThatIsBusy_SaysWhenToComeAgain()
    {
        _world.Upstream.Answers(
            "GET " + Place,
            "{}",
            503,
            change: static response => response.Headers.TryAddWithoutValidation("Retry-After", "120")
        );
        using var exchange = _world.Open("GET", "/fhir" + Place);
        var result = await _world.WalkAsync(exchange, "Release");
        await RefusalWriter.WriteAsync(exchange, result.Refusal!, result.Status);

        Assert.Equal("120", exchange.Http.Response.Headers.RetryAfter.ToString());
    }

    [Theory]
    [InlineData("application/json", "")]
    [InlineData("text/json", "\uFEFF")]
    [InlineData(null, "\uFEFF")]
    public async Task Release_Manifest_IsTakenAsAnyAnswerIs(string? type, string mark)
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "search", "export"));
        using var kickOff = world.Open("GET", "/fhir/Patient/$export?_type=Observation", null, ("Prefer", "respond-async"));
        Assert.True((await world.WalkAsync(kickOff, "Decide")).Continues);
        var job = world.Get<HandleIssuer>().Issue(kickOff, HandleKind.Job, "http://fhir.example/r4/job/1")!;
        world.Upstream.Answers(
            "GET /job/1",
            mark + """{"transactionTime":"2026-05-01T00:00:00Z","request":"x","requiresAccessToken":true,"output":[],"error":[]}""",
            change: response =>
                response.Content.Headers.ContentType = type is null ? null : new System.Net.Http.Headers.MediaTypeHeaderValue(type)
        );
        using var exchange = world.Open("GET", new Uri(job).PathAndQuery);

        var result = await world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        Assert.Equal("2026-05-01T00:00:00Z", (string?)JsonNode.Parse(StageWorld.Written(exchange))!["transactionTime"]);
    }

    // Who may make a record and not read it, or is shown nothing of what the backend made of it, is told that it was made.
    [Theory]
    [InlineData("create", """{"id":"o7","patient":"17"}""", false)]
    [InlineData("create,read", """{"id":"o7","patient":"17"}""", true)]
    [InlineData("create,read", """{"id":"o7","patient":"18"}""", false)]
    [InlineData("create,read", """{"id":"o7"}""", false)]
    public async Task Release_WhatWasMade_IsToldWhoeverMayReadIt(string interactions, string answer, bool isShown)
    {
        var create = ApiFixture.Read();
        (create.Method, create.Interaction, create.Path, create.Id) = ("POST", "create", "/v1/results", null);
        create.Body = new ApiBodyOptions
        {
            Members = ["patient"],
            Patient = new ApiPointerOptions { Pointer = "/patient" },
        };
        using var world = new StageWorld(null, null, StageWorld.Grant(interactions.Split(',')));
        world.Route = world.Route! with { Api = ApiFixture.Table(ApiFixture.Read(), create) };
        world.Upstream.Answers(
            "POST /v1/results",
            answer,
            201,
            "application/json",
            static response => response.Headers.Location = new Uri("http://fhir.example/r4/v1/results/o7")
        );
        using var exchange = world.Open("POST", "/fhir/v1/results", """{"patient":"17"}""");
        exchange.Http.Request.ContentType = "application/json";

        var result = await world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        Assert.Equal(201, exchange.Http.Response.StatusCode);
        Assert.Equal("https://gw.example/fhir/v1/results/o7", exchange.Http.Response.Headers.Location.ToString());
        Assert.Equal(isShown ? answer : string.Empty, StageWorld.Written(exchange));
    }

    private static string Answer(string? next, string id = "1") =>
        $$"""
            {"results":[{"id":"{{id}}","patient":"17","level":"N","labels":[]}]{{(next is null ? string.Empty : $",\"next\":\"{next}\"")}}}
            """;

    private async Task<(JsonNode Body, GatewayExchange Exchange)> AskAsync(string answer)
    {
        _world.Upstream.Answers("GET " + Place, answer, mediaType: "application/json");
        var exchange = _world.Open("GET", "/fhir" + Place);
        var result = await _world.WalkAsync(exchange, "Release");
        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        return (JsonNode.Parse(StageWorld.Written(exchange))!, exchange);
    }
}

using System.Text.Json.Nodes;
using PhiGateway.Gateway.Refusals;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Refusals;

/// <summary>Who is refused for a parameter is told which, by the name that it sent; never a value, and nothing that is no name.</summary>
public sealed class RefusedPlaceTests : IDisposable
{
    private const string Form = "application/x-www-form-urlencoded";

    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "search", "create", "history", "export"));

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("/fhir/Observation?patient=17&kode=CANARY", "http.kode")]
    [InlineData("/fhir/Observation?patient=17&code:nott=CANARY", "http.code:nott")]
    [InlineData("/fhir/Observation?patient=17&subject.kode=CANARY", "http.subject.kode")]
    [InlineData("/fhir/Observation?patient=17&subject:Patient.kode=CANARY", "http.subject:Patient.kode")]
    [InlineData("/fhir/Patient?_has:Observation:patient:kode=CANARY", "http._has:Observation:patient:kode")]
    [InlineData("/fhir/Observation?patient=17&_include=Observation:CANARY", "http._include")]
    [InlineData("/fhir/Observation?patient=17&_sort=CANARY", "http._sort")]
    [InlineData("/fhir/Observation?patient=17&date=CANARY", "http.date")]
    [InlineData("/fhir?_type=CANARY", "http._type")]
    [InlineData("/fhir/Observation/1?kode=CANARY", "http.kode")]
    [InlineData("/fhir/Observation/1/_history?kode=CANARY", "http.kode")]
    [InlineData("/fhir/Patient/17/$everything?kode=CANARY", "http.kode")]
    [InlineData("/fhir/Patient/$export?kode=CANARY", "http.kode")]
    [InlineData("/fhir/metadata?kode=CANARY", "http.kode")]
    [InlineData("/fhir/Observation?patient=17&%3Cscript%3E=CANARY", null)]
    [InlineData("/fhir/Observation?patient=17&M%C3%BCller=CANARY", null)]
    [InlineData("/fhir/Observation?patient=17&aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggg=CANARY", null)]
    public async Task Refuse_OneParameter_IsNamedToItsClient(string target, string? expression)
    {
        var outcome = await AskAsync("GET", target, null, ("Prefer", "respond-async"));

        Assert.Equal(expression, (string?)outcome["issue"]![0]!["expression"]?[0]);
        Assert.DoesNotContain("CANARY", outcome.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuse_ParameterInAForm_IsNamedLikeOneInTheQuery()
    {
        using var exchange = _world.Open("POST", "/fhir/Observation/_search", "patient=17&kode=1");
        exchange.Http.Request.ContentType = Form;

        Assert.Equal("http.kode", (string?)(await WriteAsync(exchange))["issue"]![0]!["expression"]![0]);
    }

    [Fact]
    public async Task Refuse_ConditionOfAWrite_NamesItsParameter()
    {
        var body = StageWorld.Observation().Replace("\"id\":\"1\",", string.Empty, StringComparison.Ordinal);
        var outcome = await AskAsync("POST", "/fhir/Observation", body, ("If-None-Exist", "kode=1"));

        Assert.Equal("http.kode", (string?)outcome["issue"]![0]!["expression"]![0]);
    }

    [Fact]
    public async Task Refuse_Transaction_NamesEntryAndParameter()
    {
        var outcome = await AskAsync("POST", "/fhir", Bundle("transaction"));

        Assert.Equal(["Bundle.entry[1]", "http.kode"], outcome["issue"]![0]!["expression"]!.AsArray().Select(static one => (string)one!));
    }

    [Fact]
    public async Task Answer_Batch_NamesTheParameterInItsEntry()
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        using var exchange = _world.Open("POST", "/fhir", Bundle("batch"));

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        var entries = JsonNode.Parse(StageWorld.Written(exchange))!["entry"]!;
        Assert.Equal("http.kode", (string?)entries[1]!["response"]!["outcome"]!["issue"]![0]!["expression"]![0]);
        Assert.Equal("200 OK", (string?)entries[0]!["response"]!["status"]);
    }

    [Fact]
    public async Task Refuse_WhatIsAboutNoParameter_NamesNone()
    {
        var outcome = await AskAsync("GET", "/fhir/Observation/1");

        Assert.Equal("not-found", (string?)outcome["issue"]![0]!["code"]);
        Assert.Null(outcome["issue"]![0]!["expression"]);
    }

    private static string Bundle(string type) =>
        $$"""
            {"resourceType":"Bundle","type":"{{type}}","entry":[{"request":{"method":"GET","url":"Observation/1"} },
            {"request":{"method":"GET","url":"Observation?patient=17&kode=1"} }]}
            """;

    private async Task<JsonNode> AskAsync(string method, string target, string? body = null, params (string, string)[] headers)
    {
        using var exchange = _world.Open(method, target, body, headers);
        return await WriteAsync(exchange);
    }

    private async Task<JsonNode> WriteAsync(PhiGateway.Gateway.Exchange.GatewayExchange exchange)
    {
        var result = await _world.WalkAsync(exchange, "Release");
        Assert.True(result.IsRefused(out DenyReason reason));
        await RefusalWriter.WriteAsync(exchange, reason, result.Status);
        return JsonNode.Parse(StageWorld.Written(exchange))!;
    }
}

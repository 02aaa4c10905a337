using System.Text.Json;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Understand;

/// <summary>What was read once is read the same behind its handle, whatever header its reading hung on.</summary>
public sealed class HandleRoundTripTests : IDisposable
{
    private const string Form = "application/x-www-form-urlencoded";
    private const string Json = "application/fhir+json";
    private const string Key = "a-secret-that-several-nodes-share-0123456789";
    private const string Lenient = "respond-async, handling=lenient";

    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "search", "history", "export"));

    public void Dispose() => _world.Dispose();

    /// <summary>Jobs and files stand in a path: what is given out there must be taken back.</summary>
    [Fact]
    public void Path_OfAHandle_TakesTheLongestThatIsGiven()
    {
        Assert.Null(CanonicalPath.Read("/_file/" + new string('a', HandleSealer.MaxLength), CanonicalPath.MaxSegments, out var segments));
        Assert.Equal(HandleSealer.MaxLength, segments[1].Length);
        Assert.NotNull(CanonicalPath.Read("/_file/" + new string('a', HandleSealer.MaxLength + 1), CanonicalPath.MaxSegments, out _));
    }

    [Theory]
    [InlineData("GET", "/fhir/Observation?patient=17&date=ge2020-01-01T00:00:00+01:00", null, null, null)]
    [InlineData("GET", "/fhir/Observation?patient=17&code=http://x%7C1,2&_include=Observation:*", null, null, "handling=lenient")]
    [InlineData("POST", "/fhir/Observation/_search", "patient=17&code=x", Form, null)]
    [InlineData("POST", "/fhir/Observation/_search?patient=17", "code=a%2Cb+c", Form + "; charset=utf-8", null)]
    [InlineData("GET", "/fhir/Observation/1/_history?_since=2026-01-01T00:00:00+01:00", null, null, null)]
    [InlineData("GET", "/fhir/Patient/17/$everything?_type=Observation&_since=2026-01-01T00:00:00+01:00", null, null, null)]
    [InlineData("GET", "/fhir/Patient/17/Observation?code=x", null, null, null)]
    [InlineData("GET", "/fhir?_type=Observation&_lastUpdated=gt2020", null, null, null)]
    [InlineData("GET", "/fhir/Patient/$export?_type=Observation", null, null, "respond-async")]
    [InlineData("GET", "/fhir/Patient/$export?_type=Observation&_type=Patient&includeAssociatedData=x", null, null, Lenient)]
    [InlineData("GET", "/fhir/Patient/$export?organizeOutputBy=Patient&_since=2026-01-01T00:00:00+01:00", null, null, Lenient)]
    [InlineData(
        "POST",
        "/fhir/Patient/$export",
        """{"resourceType":"Parameters","parameter":[{"name":"_type","valueString":"Observation"},{"name":"includeAssociatedData","valueString":"x"}]}""",
        Json,
        Lenient
    )]
    public async Task Open_WhatWasUnderstood_IsUnderstoodAgain(string method, string target, string? body, string? type, string? prefer)
    {
        using var exchange = _world.Open(method, target, body, prefer is null ? [] : [("Prefer", prefer)]);
        exchange.Http.Request.ContentType = type;
        var result = await _world.WalkAsync(exchange, "Understand");
        Assert.True(result.Continues, $"{result.Refusal?.Code}: {result.Detail}");

        var original = OriginalRequest.Of(exchange);
        Assert.True(CanonicalReader.Read(original.Method, original.Target, "/fhir").TryGet(out var line, out _));
        var reading = FhirRequestReader.Read(line, original.Headers, original.Body, exchange.Ingressed.Route.Language);

        Assert.True(reading.TryGet(out var again, out var refusal), $"{refusal?.Code}: {reading.Detail}");
        Assert.Equal(Told(exchange.Request), Told(again));
    }

    [Theory]
    [InlineData("GET", null)]
    [InlineData("DELETE", null)]
    public async Task Open_ExportThatWasTakenLeniently_CanBeFetchedAndEnded(string method, string? body)
    {
        _world.Upstream.Answers(
            "GET /Patient/$export?_type=Observation",
            string.Empty,
            202,
            change: static response => response.Content.Headers.TryAddWithoutValidation("Content-Location", "http://fhir.example/r4/job/1")
        );
        _world.Upstream.Answers($"{method} /job/1", string.Empty, 202);
        using var started = _world.Open(
            "GET",
            "/fhir/Patient/$export?_type=Observation&includeAssociatedData=x",
            null,
            ("Prefer", Lenient)
        );
        Assert.True((await _world.WalkAsync(started, "Release")).Continues);
        var job = new Uri(started.Http.Response.Headers.ContentLocation.ToString()).PathAndQuery;

        using var exchange = _world.Open(method, job, body);
        var result = await _world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code}: {result.Detail}");
        Assert.Equal(202, exchange.Http.Response.StatusCode);
    }

    [Theory]
    [InlineData(160, true)]
    [InlineData(1000, false)]
    public async Task Issue_ListOfManyIds_HasAHandleWhileItFits(int ids, bool hasOne)
    {
        var list = string.Join(',', Enumerable.Range(0, ids).Select(static _ => Guid.NewGuid().ToString()));
        using var exchange = _world.Open("POST", "/fhir/Observation/_search", "patient=17&_id=" + list);
        exchange.Http.Request.ContentType = Form;
        Assert.True((await _world.WalkAsync(exchange, "Understand")).Continues);

        var url = _world.Get<HandleIssuer>().Issue(exchange, HandleKind.Page, "http://fhir.example/r4?_getpages=x");

        Assert.Equal(hasOne, url is not null);
        if (url is not null)
        {
            using var next = _world.Open("GET", new Uri(url).PathAndQuery);
            var result = await _world.WalkAsync(next, "Understand");
            Assert.True(result.Continues, result.Detail);
            Assert.Equal(Told(exchange.Request), Told(next.Request));
        }
    }

    // The runbook key-lost.md, the handle key: what clients hold ends with 404, and they start over under the new key.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task HandleKey_Lost_EndsWhatClientsHoldAndNothingElse(bool isLost)
    {
        const string Next = "http://fhir.example/r4?_getpages=x";
        using var before = new StageWorld(null, null, StageWorld.Grant("search")) { HandleKey = Key };
        using var after = new StageWorld(null, null, StageWorld.Grant("search")) { HandleKey = isLost ? Key + "-anew" : Key };
        var held = await IssueAsync(before, Next);

        using var asked = after.Open("GET", held);
        var result = await after.WalkAsync(asked, "Understand");

        Assert.Equal(isLost ? "handle-not-yours" : null, result.Refusal?.Code);
        Assert.Equal(isLost ? 404 : null, result.Refusal?.Status);
        using var anew = after.Open("GET", await IssueAsync(after, Next));
        Assert.True((await after.WalkAsync(anew, "Understand")).Continues);
    }

    private static async Task<string> IssueAsync(StageWorld world, string next)
    {
        using var exchange = world.Open("GET", "/fhir/Observation?patient=17");
        Assert.True((await world.WalkAsync(exchange, "Understand")).Continues);
        return new Uri(world.Get<HandleIssuer>().Issue(exchange, HandleKind.Page, next)!).PathAndQuery;
    }

    private static string Told(FhirRequest request) =>
        JsonSerializer.Serialize(
            new
            {
                request.Template,
                Interaction = request.Interaction.ToString(),
                Parameters = request.Parameters.Select(static one => $"{one.Name}={one.Value}"),
                Parts = request.Parts.Select(static part => $"{part.Interaction} {part.Type.Name} {part.Role} {part.Include}"),
            }
        );
}

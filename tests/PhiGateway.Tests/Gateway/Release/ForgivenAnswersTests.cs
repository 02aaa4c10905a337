using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>What upstreams and clients leave open in HTTP, and what is not to be left open.</summary>
public sealed class ForgivenAnswersTests : IDisposable
{
    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "vread", "search", "create"));

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("text/json", true)]
    [InlineData(null, true)]
    [InlineData("text/html", false)]
    public async Task Run_UpstreamsMediaType_IsTakenWhereItCanBeJson(string? type, bool isTaken)
    {
        _world.Upstream.Answers(
            "GET /Observation/1",
            StageWorld.Observation(),
            change: response => response.Content.Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type)
        );
        using var exchange = _world.Open("GET", "/fhir/Observation/1");

        Assert.Equal(isTaken ? null : DenyReason.UnreadableAnswer, (await _world.WalkAsync(exchange, "Release")).Refusal);
    }

    [Fact]
    public async Task Run_AnswerWithoutMediaTypeThatIsNotJson_IsNotLetOut()
    {
        _world.Upstream.Answers("GET /Observation/1", "<html>", change: static response => response.Content.Headers.ContentType = null);
        using var exchange = _world.Open("GET", "/fhir/Observation/1");

        Assert.Equal(DenyReason.UnreadableAnswer, (await _world.WalkAsync(exchange, "Release")).Refusal);
    }

    // A preference that is not taken up is no error, and is not the server's to take up.
    [Fact]
    public async Task Run_ReadThatMayBeAnsweredLater_IsAnsweredNow()
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        using var exchange = _world.Open("GET", "/fhir/Observation/1", null, ("Prefer", "respond-async"));

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        Assert.Equal(200, exchange.Http.Response.StatusCode);
        Assert.DoesNotContain(Assert.Single(_world.Upstream.Calls).Headers, static header => header.Key == "Prefer");
    }

    [Theory]
    [InlineData("W/\"3\"", 304)]
    [InlineData("\"3\"", 304)]
    [InlineData("W/\"1\", W/\"3\"", 304)]
    [InlineData("3", 304)]
    [InlineData("1, W/\"3-gzip\"", 304)]
    [InlineData("33", 200)]
    [InlineData("*", 304)]
    [InlineData("W/\"2\"", 200)]
    public async Task Run_ReadOfAVersionThatTheClientHas_IsNotSentAgain(string known, int status)
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        using var exchange = _world.Open("GET", "/fhir/Observation/1", null, ("If-None-Match", known));

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        Assert.Equal(status, exchange.Http.Response.StatusCode);
        Assert.Equal(status == 304, StageWorld.Written(exchange).Length == 0);
        Assert.Equal("W/\"3\"", exchange.Http.Response.Headers.ETag.ToString());
        Assert.Single(_world.Journal.Records);
    }

    [Theory]
    [InlineData("GET", "/fhir/Observation/1", "If-Modified-Since", "Mon, 04 May 2026 08:00:00 GMT", 304)]
    [InlineData("GET", "/fhir/Observation/1", "If-Modified-Since", "Mon, 04 May 2026 09:00:00 GMT", 304)]
    [InlineData("GET", "/fhir/Observation/1", "If-Modified-Since", "Mon, 04 May 2026 07:59:59 GMT", 200)]
    [InlineData("GET", "/fhir/Observation/1", "If-Modified-Since", "yesterday", 200)]
    [InlineData("GET", "/fhir/Observation/1?_format=json&_pretty=true", "If-None-Match", "W/\"3\"", 304)]
    [InlineData("HEAD", "/fhir/Observation/1?_format=json", "If-None-Match", "W/\"3\"", 304)]
    [InlineData("GET", "/fhir/Observation/1/_history/3", "If-None-Match", "W/\"3\"", 304)]
    [InlineData("GET", "/fhir/Observation/1?_elements=status", "If-None-Match", "W/\"3\"", 200)]
    [InlineData("GET", "/fhir/Observation/1?_summary=true", "If-Modified-Since", "Mon, 04 May 2026 09:00:00 GMT", 200)]
    public async Task Run_ReadOfWhatTheClientHas_IsNotSentAgain(string method, string target, string header, string value, int status)
    {
        foreach (var path in (string[])["GET /Observation/1", "GET /Observation/1/_history/3"])
        {
            _world.Upstream.Answers(path, StageWorld.Observation(), change: Dated);
        }

        using var exchange = _world.Open(method, target, null, (header, value));

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        Assert.Equal(status, exchange.Http.Response.StatusCode);
        Assert.Equal("Mon, 04 May 2026 08:00:00 GMT", exchange.Http.Response.Headers.LastModified.ToString());
        Assert.NotEmpty(_world.Journal.Records);
    }

    [Fact]
    public async Task Run_TagThatIsAnother_CountsMoreThanTheDate()
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation(), change: Dated);
        using var exchange = _world.Open(
            "GET",
            "/fhir/Observation/1",
            null,
            ("If-None-Match", "W/\"2\""),
            ("If-Modified-Since", "Mon, 04 May 2026 09:00:00 GMT")
        );

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        Assert.Equal(200, exchange.Http.Response.StatusCode);
    }

    private static void Dated(HttpResponseMessage response) =>
        response.Content.Headers.LastModified = new DateTimeOffset(2026, 5, 4, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Run_VersionOfAForeignRecordThatTheClientKnows_IsLikeAMissingOne()
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation(patient: "18"));
        using var exchange = _world.Open("GET", "/fhir/Observation/1", null, ("If-None-Match", "W/\"3\""));

        Assert.Equal(DenyReason.NotFoundOrWithheld, (await _world.WalkAsync(exchange, "Release")).Refusal);
    }

    [Fact]
    public async Task Run_CapabilityStatement_SaysWhatIsServedOfTheSystem()
    {
        using var exchange = _world.Open("GET", "/fhir/metadata");

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        var codes = JsonNode.Parse(StageWorld.Written(exchange))!["rest"]![0]!["interaction"]!.AsArray();
        Assert.Equal(["batch", "transaction", "search-system"], codes.Select(static code => (string?)code!["code"]));
    }

    // What the gateway resolves itself it says, for the types where some use may search; and nothing of what nobody may do.
    [Theory]
    [InlineData("read search create update patch delete", "True True True single full-support", 3)]
    [InlineData("read create update", "True - - - full-support", 0)]
    [InlineData("search", "- - - - -", 0)]
    public async Task Run_CapabilityStatement_SaysWhatConditionsAreServed(string interactions, string said, int patches)
    {
        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: StageWorld.Grant(interactions.Split(' '))))));
        using var exchange = _world.Open("GET", "/fhir/metadata");

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        var statement = JsonNode.Parse(StageWorld.Written(exchange))!;
        var resource = statement["rest"]![0]!["resource"]![0]!;
        string[] members = ["updateCreate", "conditionalCreate", "conditionalUpdate", "conditionalDelete", "conditionalRead"];
        Assert.Equal(said, string.Join(' ', members.Select(member => resource[member]?.ToString() ?? "-")), ignoreCase: true);
        Assert.Equal(patches, statement["patchFormat"]?.AsArray().Count ?? 0);
    }

    [Fact]
    public async Task Run_StoredParameters_KeepWhatTheyAreCalled()
    {
        const string Stored = """
            {"resourceType":"Parameters","id":"p1","meta":{"versionId":"2"},"parameter":[{"name":"who","valueReference":{"reference":"Patient/17"}}]}
            """;
        _world.Publish(
            TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: StageWorld.Grant("read") with { Types = ["Parameters"] })))
        );
        _world.Upstream.Answers("GET /Parameters/p1", Stored);
        using var exchange = _world.Open("GET", "/fhir/Parameters/p1");

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse(Stored), JsonNode.Parse(StageWorld.Written(exchange))),
            StageWorld.Written(exchange)
        );
    }
}

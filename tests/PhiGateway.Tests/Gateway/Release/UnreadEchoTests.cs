using System.Text.Json.Nodes;
using PhiGateway.Audit.Records;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// A write that the server says it has done is told as done, also where its answer cannot be read: told as a fault it would be sent again. Where
/// nobody knows whether it was done, that is what the record says, and its client is told of a fault.
/// </summary>
public sealed class UnreadEchoTests : IDisposable
{
    private const string Json = "application/fhir+json";
    private const string Cut = """{"resourceType":"Observation","id":"9","subject":{"reference":"Patient/1""";

    private static readonly string New = StageWorld.Observation().Replace("\"id\":\"1\",", string.Empty, StringComparison.Ordinal);

    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "create", "update"));

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(Cut, Json)]
    [InlineData("""{"resourceType":"Observation","id":"9"} and more""", Json)]
    [InlineData("<html>created</html>", "text/html")]
    public async Task Create_ThatIsAnsweredUnreadably_IsToldAsDone(string body, string mediaType)
    {
        _world.Upstream.Answers(
            "POST /Observation",
            body,
            201,
            mediaType,
            static response => response.Headers.Location = new Uri("http://fhir.example/r4/Observation/9/_history/1")
        );
        using var exchange = _world.Open("POST", "/fhir/Observation", New);

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        Assert.Equal(201, exchange.Http.Response.StatusCode);
        Assert.Equal("https://gw.example/fhir/Observation/9/_history/1", exchange.Http.Response.Headers.Location.ToString());
        AssertOutcome(JsonNode.Parse(StageWorld.Written(exchange))!);
        Assert.Equal("applied", OutcomeOf());
    }

    [Theory]
    [InlineData(Cut, Json, null, "applied")]
    [InlineData("<html>Login</html>", "text/html", "unreadable-answer", null)]
    public async Task Update_ThatIsAnsweredUnreadably_IsToldAsDoneWhereTheServerSaysSo(
        string body,
        string mediaType,
        string? refused,
        string? outcome
    )
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation()).Answers("PUT /Observation/1", body, 200, mediaType);
        using var exchange = _world.Open("PUT", "/fhir/Observation/1", StageWorld.Observation());

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.Equal(refused, result.Refusal?.Code);
        Assert.Equal(outcome, OutcomeOf());
    }

    // In whatever form: who names the record that was written, in the body or above it, is the server. JSON that is something else is anybody's.
    [Theory]
    [InlineData("""{"resourceType":"Observation","id":"1","status":"final"}""", "text/plain", null, "applied")]
    [InlineData("""{"resourceType":"Observation","id":"2","status":"final"}""", "text/plain", null, null)]
    [InlineData("OK", "text/plain", null, null)]
    [InlineData("OK", "text/plain", "http://fhir.example/r4/Observation/1/_history/2", "applied")]
    [InlineData("OK", "text/plain", "http://fhir.example/r4/Observation/2/_history/2", null)]
    [InlineData("OK", "text/plain", "https://login.example/Observation/1", null)]
    [InlineData("""{"message":"sign in"}""", "application/json", null, null)]
    [InlineData("""{"message":"done"}""", "application/json", "http://fhir.example/r4/Observation/1", "applied")]
    [InlineData("""{"resourceType":"Observation","id":"2","status":"final"}""", Json, null, null)]
    public async Task Update_ThatIsAnsweredInAnotherForm_IsDoneWhereTheRecordIsNamed(
        string body,
        string mediaType,
        string? location,
        string? outcome
    )
    {
        _world
            .Upstream.Answers("GET /Observation/1", StageWorld.Observation())
            .Answers(
                "PUT /Observation/1",
                body,
                200,
                mediaType,
                response => response.Headers.Location = location is null ? null : new Uri(location)
            );
        using var exchange = _world.Open("PUT", "/fhir/Observation/1", StageWorld.Observation());

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.Equal(outcome is null ? "unreadable-answer" : null, result.Refusal?.Code);
        Assert.Equal(outcome, OutcomeOf());
    }

    // Where something else answers in the server's place, nobody knows whether a transaction was done.
    [Theory]
    [InlineData("""{"message":"sign in"}""")]
    [InlineData("""{"resourceType":"Patient","id":"17"}""")]
    public async Task Transaction_ThatIsAnsweredBySomethingElse_IsNotToldAsDone(string body)
    {
        _world.Upstream.Answers("POST ", body);
        var entry = $$"""{"resource":{{New}},"request":{"method":"POST","url":"Observation"} }""";
        using var exchange = _world.Open("POST", "/fhir", $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{entry}}]}""");

        Assert.Equal(DenyReason.UnreadableAnswer, (await _world.WalkAsync(exchange, "Release")).Refusal);
    }

    // What stands there may be another's, which the server found to be the same.
    [Fact]
    public async Task Create_ThatFindsSomethingUnreadable_IsNotToldAsDone()
    {
        _world.Upstream.Answers("POST /Observation", Cut);
        using var exchange = _world.Open("POST", "/fhir/Observation", New);

        Assert.Equal(DenyReason.UnreadableAnswer, (await _world.WalkAsync(exchange, "Release")).Refusal);
    }

    // What is large finds no room while the node holds all that it may; that it was done is told in a few words.
    [Fact]
    public async Task Create_WhoseAnswerFindsNoRoom_IsToldAsDone()
    {
        var large = StageWorld.Observation("9").Replace("\"x\"", $"\"{new string('x', 1024 * 1024)}\"", StringComparison.Ordinal);
        _world.Upstream.Answers("POST /Observation", large, 201);
        var memory = _world.Get<HeldMemory>();
        using var others = memory.Take(memory.Most, HeldFor.Write);
        using var exchange = _world.Open("POST", "/fhir/Observation", New);

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        Assert.Equal(201, exchange.Http.Response.StatusCode);
        AssertOutcome(JsonNode.Parse(StageWorld.Written(exchange))!);
        Assert.Equal("applied", OutcomeOf());
    }

    [Fact]
    public async Task Read_ThatIsAnsweredUnreadably_IsAFault()
    {
        _world.Upstream.Answers("GET /Observation/1", Cut);
        using var exchange = _world.Open("GET", "/fhir/Observation/1");

        Assert.Equal(DenyReason.UnreadableAnswer, (await _world.WalkAsync(exchange, "Release")).Refusal);
    }

    [Fact]
    public async Task Batch_WithACreationThatIsAnsweredUnreadably_TellsItAsDone()
    {
        _world.Upstream.Answers("POST /Observation", Cut, 201).Answers("GET /Observation/1", StageWorld.Observation());
        var entry = $$"""{"resource":{{New}},"request":{"method":"POST","url":"Observation"} }""";
        const string Read = """{"request":{"method":"GET","url":"Observation/1"}}""";
        using var exchange = _world.Open("POST", "/fhir", $$"""{"resourceType":"Bundle","type":"batch","entry":[{{entry}},{{Read}}]}""");

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        var entries = JsonNode.Parse(StageWorld.Written(exchange))!["entry"]!;
        Assert.Equal("201 Created", (string?)entries[0]!["response"]!["status"]);
        AssertOutcome(entries[0]!["response"]!["outcome"]!);
        Assert.Equal("1", (string?)entries[1]!["resource"]!["id"]);
    }

    [Theory]
    [InlineData("POST", true)]
    [InlineData("GET", false)]
    public async Task Transaction_ThatIsAnsweredUnreadably_IsToldAsDoneWhereItWrites(string method, bool isTold)
    {
        _world.Upstream.Answers("POST ", """{"resourceType":"Bundle","type":"transaction-response","entry":[]}""");
        var entry =
            method == "POST"
                ? $$"""{"resource":{{New}},"request":{"method":"POST","url":"Observation"} }"""
                : """{"request":{"method":"GET","url":"Observation/1"}}""";
        using var exchange = _world.Open("POST", "/fhir", $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{entry}}]}""");

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.Equal(isTold ? null : "unreadable-answer", result.Refusal?.Code);
        if (isTold)
        {
            Assert.Equal(200, exchange.Http.Response.StatusCode);
            AssertOutcome(JsonNode.Parse(StageWorld.Written(exchange))!);
        }
    }

    private static void AssertOutcome(JsonNode outcome)
    {
        Assert.Equal("OperationOutcome", (string?)outcome["resourceType"]);
        var issue = Assert.Single(outcome["issue"]!.AsArray())!;
        Assert.Equal("warning", (string?)issue["severity"]);
        Assert.Contains("Do not send it again", (string?)issue["details"]!["text"], StringComparison.Ordinal);
    }

    private string? OutcomeOf() => _world.Journal.Records.Find(static record => record.Kind == AuditKind.Outcome)?.Outcome;
}

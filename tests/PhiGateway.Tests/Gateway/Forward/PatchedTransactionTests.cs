using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Forward;

/// <summary>
/// Patches in bundles, at servers that take patches and no updates; and which entry a transaction was refused for, where its server says so.
/// </summary>
public sealed class PatchedTransactionTests : IDisposable
{
    private const string Patch = """[{"op":"replace","path":"/status","value":"amended"}]""";
    private const string PathPatch = """
        {"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},
        {"name":"path","valueString":"Observation.status"},{"name":"value","valueCode":"amended"}]}]}
        """;

    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "patch", "create"));
    private readonly List<JsonNode> _sent = [];
    private readonly Queue<(int Status, string Body)> _answers = new();

    public PatchedTransactionTests()
    {
        _world
            .Upstream.Answers("GET /Observation/1", StageWorld.Observation())
            .Answers("GET /Observation/2", StageWorld.Observation("2"))
            .Answers("PUT /Observation/1", "{}", 405)
            .Answers("PATCH /Observation/1", StageWorld.Observation(version: "4"));
        _world.Upstream.OnCall = call =>
        {
            if (call is { Method: "POST", PathAndQuery: "" })
            {
                _sent.Add(JsonNode.Parse(call.Body.Span)!);
            }
        };
        _world.Upstream.Otherwise = () =>
        {
            var (status, body) = _answers.TryDequeue(out var next) ? next : (404, "{}");
            return RecordingUpstream.Reply(status, body, KnownMediaTypes.FhirJson);
        };
    }

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("application/json-patch+json", Patch, 405)]
    [InlineData("application/json-patch+json", Patch, 501)]
    [InlineData("application/merge-patch+json", """{"status":"amended"}""", 405)]
    public async Task Run_TransactionWhereNoUpdateIsTaken_GoesWithItsPatches(string mediaType, string patch, int status)
    {
        Answer((status, "{}"), (200, Done(2)));

        Assert.Null(await SendAsync("transaction", Binary("Observation/1", mediaType, patch), Created()));

        Assert.Equal(["PUT", "POST"], MethodsOf(_sent[0]));
        Assert.Equal(["PATCH", "POST"], MethodsOf(_sent[1]));
        var (entry, before) = (_sent[1]["entry"]![0]!, _sent[0]["entry"]![0]!);
        Assert.Equal(("Binary", mediaType), ((string?)entry["resource"]!["resourceType"], (string?)entry["resource"]!["contentType"]));
        Assert.Equal(patch, Encoding.UTF8.GetString(Convert.FromBase64String((string)entry["resource"]!["data"]!)));
        Assert.Equal("W/\"3\"", (string?)entry["request"]!["ifMatch"]);
        Assert.Equal((string?)before["request"]!["url"], (string?)entry["request"]!["url"]);
    }

    // It could do more on another version than what was judged, or holds a name that its server would not replace there: then none goes so.
    [Theory]
    [InlineData("""[{"op":"copy","from":"/status","path":"/code/text"}]""")]
    [InlineData("""[{"op":"add","path":"/hasMember","value":[{"reference":"urn:uuid:6f6b7a1e-1c0e-4d9a-9d57-0a1b2c3d4e5f"}]}]""")]
    public async Task Run_TransactionWithAPatchThatMayNotGo_IsSentOnce(string patch)
    {
        Answer((405, "{}"), (200, Done(3)));

        var refusal = await SendAsync(
            "transaction",
            Binary("Observation/1", "application/json-patch+json", Patch),
            Binary("Observation/2", "application/json-patch+json", patch),
            Created()
                .Replace(
                    "{\"request\"",
                    "{\"fullUrl\":\"urn:uuid:6f6b7a1e-1c0e-4d9a-9d57-0a1b2c3d4e5f\",\"request\"",
                    StringComparison.Ordinal
                )
        );

        Assert.Equal(DenyReason.UpstreamUnsupported, refusal);
        Assert.Single(_sent);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(422)]
    [InlineData(500)]
    [InlineData(200)]
    public async Task Run_TransactionThatIsAnsweredOtherwise_IsNotSentAgain(int status)
    {
        Answer((status, status == 200 ? Done(1) : "{}"), (200, Done(1)));

        var refusal = await SendAsync("transaction", Binary("Observation/1", "application/json-patch+json", Patch));

        Assert.Equal(status == 200, refusal is null);
        Assert.Single(_sent);
    }

    [Fact]
    public async Task Run_TransactionWithoutPatches_IsNotSentAgain()
    {
        Answer((405, "{}"), (200, Done(1)));

        Assert.Equal(DenyReason.UpstreamUnsupported, await SendAsync("transaction", Created()));
        Assert.Single(_sent);
    }

    // R4 3.1.0.11.2: a FHIRPath Patch stands in its entry as what it is, and goes as one at once.
    [Fact]
    public async Task Run_PathPatchInATransaction_GoesAsOne()
    {
        Answer((200, Done(1)));

        Assert.Null(await SendAsync("transaction", Entry("PATCH", "Observation/1", PathPatch)));

        var entry = Assert.Single(_sent)["entry"]![0]!;
        Assert.Equal(("PATCH", "Parameters"), ((string?)entry["request"]!["method"], (string?)entry["resource"]!["resourceType"]));
    }

    [Fact]
    public async Task Run_PatchesInABatch_GoAsTheServerTakesThem()
    {
        Assert.Null(
            await SendAsync(
                "batch",
                Binary("Observation/1", "application/json-patch+json", Patch),
                Entry("PATCH", "Observation/1", PathPatch)
            )
        );

        Assert.Equal(
            ["GET /Observation/1", "PUT /Observation/1", "PATCH /Observation/1", "GET /Observation/1", "PATCH /Observation/1"],
            _world.Upstream.Lines
        );
    }

    [Theory]
    [InlineData(405, "expression", "Bundle.entry[1]", 1)]
    [InlineData(422, "expression", "Bundle.entry[1].resource.status", 1)]
    [InlineData(400, "location", "Bundle.entry[0].resource/*Observation/null*/", 0)]
    [InlineData(409, "location", "/f:Bundle/f:entry[2]/f:resource", 1)]
    [InlineData(404, "expression", "bundle.entry[1]", 1)]
    [InlineData(422, "expression", "Bundle.entry[7]", null)]
    [InlineData(422, "expression", "Observation.status", null)]
    [InlineData(422, "expression", "Bundle.entry[Eva Muster]", null)]
    [InlineData(422, "location", "/f:Bundle/f:entry[0]", null)]
    [InlineData(422, "diagnostics", "Bundle.entry[1]", null)]
    [InlineData(401, "expression", "Bundle.entry[1]", null)]
    [InlineData(503, "expression", "Bundle.entry[1]", null)]
    public async Task Run_TransactionThatIsNotCarriedOut_SaysForWhichEntry(int status, string member, string said, int? place)
    {
        var told = member == "diagnostics" ? JsonValue.Create(said) : (JsonNode)new JsonArray(JsonValue.Create(said));
        var issue = new JsonObject { ["severity"] = "error", [member] = told };
        Answer((status, new JsonObject { ["resourceType"] = "OperationOutcome", ["issue"] = new JsonArray(issue) }.ToJsonString()));
        using var exchange = Open("transaction", Created(), Created());

        Assert.NotNull((await _world.WalkAsync(exchange, "Release")).Refusal);
        Assert.Equal(place, exchange.RefusedPlace?.Entry);
    }

    [Fact]
    public async Task Run_TransactionWhoseRefusalIsVeryLong_SaysForNoEntry()
    {
        var said = new string('x', 300 * 1024);
        Answer((422, $$"""{"resourceType":"OperationOutcome","issue":[{"expression":["Bundle.entry[1]"],"diagnostics":"{{said}}"}]}"""));
        using var exchange = Open("transaction", Created(), Created());

        Assert.NotNull((await _world.WalkAsync(exchange, "Release")).Refusal);
        Assert.Null(exchange.RefusedPlace);
    }

    [Fact]
    public void Find_WhatIsNoOutcome_NamesNothing()
    {
        foreach (var body in (string[])["", "null", "[]", "{}", "<html>", """{"issue":{"expression":["Bundle.entry[1]"]}}"""])
        {
            Assert.Null(OutcomePlace.FindEntry(Encoding.UTF8.GetBytes(body)));
        }
    }

    private void Answer(params (int Status, string Body)[] answers)
    {
        foreach (var answer in answers)
        {
            _answers.Enqueue(answer);
        }
    }

    private GatewayExchange Open(string type, params string[] entries) =>
        _world.Open("POST", "/fhir", $$"""{"resourceType":"Bundle","type":"{{type}}","entry":[{{string.Join(',', entries)}}]}""");

    private async Task<DenyReason?> SendAsync(string type, params string[] entries)
    {
        using var exchange = Open(type, entries);
        return (await _world.WalkAsync(exchange, "Release")).Refusal;
    }

    private static string Done(int entries)
    {
        var each = string.Join(',', Enumerable.Repeat("""{"response":{"status":"200 OK"}}""", entries));
        return $$"""{"resourceType":"Bundle","type":"transaction-response","entry":[{{each}}]}""";
    }

    private static string Created() => Entry("POST", "Observation", StageWorld.Observation());

    private static string Binary(string url, string mediaType, string patch) =>
        Entry(
            "PATCH",
            url,
            $$"""{"resourceType":"Binary","contentType":"{{mediaType}}","data":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(patch))}}"}"""
        );

    private static string Entry(string method, string url, string resource) =>
        $$"""{"request":{"method":"{{method}}","url":"{{url}}"},"resource":{{resource}} }""";

    private static IEnumerable<string?> MethodsOf(JsonNode bundle) =>
        bundle["entry"]!.AsArray().Select(static entry => (string?)entry!["request"]!["method"]);
}

using System.Text.Json.Nodes;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Settle;

/// <summary>A delete on a condition that matches nothing is done when a transaction asks for it: nothing of it goes upstream.</summary>
public sealed class IdleEntryTests : IDisposable
{
    private const string None = """{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"SELF"}],"entry":[]}""";
    private const string Delete = """{"request":{"method":"DELETE","url":"Observation?patient=Patient/17&code=gone"}}""";

    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "search", "create", "delete"));

    public IdleEntryTests() =>
        _world.Upstream.Otherwise = () =>
        {
            var asked = _world.Upstream.Calls[^1].PathAndQuery;
            var body = None.Replace("SELF", "http://fhir.example/r4" + asked, StringComparison.Ordinal);
            return RecordingUpstream.Reply(200, body, "application/fhir+json");
        };

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("CREATE,DELETE", "201,204")]
    [InlineData("DELETE,CREATE", "204,201")]
    [InlineData("DELETE,CREATE,DELETE,CREATE,DELETE", "204,201,204,201,204")]
    public async Task Run_DeleteOfNothingBesideOthers_IsAnsweredInItsPlace(string entries, string statuses)
    {
        var asked = entries.Split(',');
        var created = string.Join(
            ',',
            asked.Where(static one => one == "CREATE").Select(static _ => """{"response":{"status":"201 Created"}}""")
        );
        _world.Upstream.Answers("POST ", $$"""{"resourceType":"Bundle","type":"transaction-response","entry":[{{created}}]}""");

        var (refusal, body) = await AskAsync(asked);

        Assert.Null(refusal);
        Assert.Equal(
            statuses.Split(','),
            JsonNode.Parse(body)!["entry"]!.AsArray().Select(static entry => ((string)entry!["response"]!["status"]!)[..3])
        );
        var sent = JsonNode.Parse(_world.Upstream.Calls.Last(static call => call.Method == "POST").Body.Span)!;
        Assert.Equal(asked.Count(static one => one == "CREATE"), sent["entry"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("single", false)]
    [InlineData("batch", false)]
    [InlineData("transaction", false)]
    [InlineData("single", true)]
    [InlineData("batch", true)]
    [InlineData("transaction", true)]
    public async Task Run_DeleteOfNothing_IsDoneWhereverItStands(string where, bool isSlow)
    {
        if (isSlow)
        {
            // What was decided is decided again.
            _world.Upstream.OnCall = _ => _world.Clock.Advance(TimeSpan.FromSeconds(6));
        }

        using var exchange =
            where == "single"
                ? _world.Open("DELETE", "/fhir/Observation?patient=17&code=x")
                : _world.Open("POST", "/fhir", Transaction(["DELETE"]).Replace("transaction", where, StringComparison.Ordinal));

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        var entry = where == "single" ? null : JsonNode.Parse(StageWorld.Written(exchange))!["entry"]![0]!["response"]!;
        Assert.Equal("204", entry is null ? $"{exchange.Http.Response.StatusCode}" : ((string)entry["status"]!)[..3]);
        Assert.DoesNotContain(_world.Upstream.Calls, static call => call.Method != "GET");
        Assert.NotEmpty(_world.Journal.Records);
    }

    [Fact]
    public async Task Run_PatchOfNothing_IsOneOfWhatIsMissing()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "search", "update", "patch"));
        world.Upstream.Otherwise = () =>
            RecordingUpstream.Reply(
                200,
                None.Replace("SELF", "http://fhir.example/r4" + world.Upstream.Calls[^1].PathAndQuery, StringComparison.Ordinal),
                "application/fhir+json"
            );
        using var exchange = world.Open("PATCH", "/fhir/Observation?patient=17&code=x", """[{"op":"remove","path":"/note"}]""");
        exchange.Http.Request.ContentType = "application/json-patch+json";

        Assert.Equal(DenyReason.NotFoundOrWithheld, (await world.WalkAsync(exchange, "Release")).Refusal);
    }

    [Fact]
    public async Task Run_NothingToDoAtAll_IsAnsweredWithoutTheUpstream()
    {
        var (refusal, body) = await AskAsync(["DELETE", "DELETE"]);

        Assert.Null(refusal);
        Assert.Equal(2, JsonNode.Parse(body)!["entry"]!.AsArray().Count);
        Assert.DoesNotContain(_world.Upstream.Calls, static call => call.Method != "GET");
    }

    [Fact]
    public async Task Run_EntryRefusedBehindOneThatIsIdle_IsNamedByItsPlaceInTheRequest()
    {
        using var exchange = _world.Open("POST", "/fhir", Transaction(["DELETE", "CREATE", "DELETE", "FOREIGN"]));

        var result = await _world.WalkAsync(exchange, "Settle");

        Assert.Equal(DenyReason.PatientNotFound, result.Refusal);
        Assert.Equal(3, exchange.RefusedPlace?.Entry);
    }

    [Fact]
    public async Task Run_DeleteWithoutTheRight_IsRefusedThoughThereIsNothing()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "search", "create"));
        using var exchange = world.Open("POST", "/fhir", Transaction(["DELETE"]));

        Assert.True((await world.WalkAsync(exchange, "Release")).IsRefused(out _));
    }

    private async Task<(DenyReason? Refusal, string Body)> AskAsync(string[] entries)
    {
        using var exchange = _world.Open("POST", "/fhir", Transaction(entries));
        var result = await _world.WalkAsync(exchange, "Release");
        return (result.Refusal, StageWorld.Written(exchange));
    }

    private string Transaction(string[] entries)
    {
        _world.Upstream.Answers("GET /Observation/9", StageWorld.Observation("9", patient: "18"));
        var create = StageWorld.Observation().Replace("\"id\":\"1\",", string.Empty, StringComparison.Ordinal);
        var written = entries.Select(one =>
            one switch
            {
                "CREATE" => $$"""{"resource":{{create}},"request":{"method":"POST","url":"Observation"} }""",
                "FOREIGN" => """{"request":{"method":"DELETE","url":"Observation/9"}}""",
                _ => Delete,
            }
        );
        return $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{string.Join(',', written)}}]}""";
    }
}

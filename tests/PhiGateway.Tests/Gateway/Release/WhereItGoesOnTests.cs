using System.Text.Json.Nodes;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>A search inside a transaction goes on where it says, under the gateway's own names; where it cannot, that is said.</summary>
public sealed class WhereItGoesOnTests : IDisposable
{
    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "search", "create"));

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Transaction_SearchOfSeveralPages_HasANextThatLeadsOn()
    {
        Answer(SearchSet("http://fhir.example/r4?_getpages=x", "1"));
        _world.Upstream.Answers("GET ?_getpages=x", SearchSet(null, "2"));

        var first = await AskAsync("Observation?patient=17");
        var next = Link(first, "next");

        Assert.StartsWith("https://gw.example/fhir/?_page=", next, StringComparison.Ordinal);
        Assert.DoesNotContain("incomplete", first.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(["2"], Ids(await FollowAsync(next!)));
    }

    [Fact]
    public async Task Transaction_NextThatLeadsElsewhere_IsSpokenOf()
    {
        foreach (var search in (string[])["Observation?patient=17", "Observation?patient=17&_count=5"])
        {
            Answer(SearchSet("https://other.example/r4?_getpages=x", "1"));

            var answer = await AskAsync(search);

            Assert.Null(Link(answer, "next"));
            Assert.Contains("\"incomplete\"", answer.ToJsonString(), StringComparison.Ordinal);
            Assert.DoesNotContain("other.example", answer.ToJsonString(), StringComparison.Ordinal);
            Assert.Contains("cannot-follow", _world.Journal.Records[^1].Note, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Transaction_MoreThanFitsOnThePage_IsOnTheNext()
    {
        Answer(SearchSet(null, "1", "2", "3"));
        _world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, SearchSet(null, "1", "2", "3"), "application/fhir+json");

        var first = await AskAsync("Observation?patient=17&_count=2");

        Assert.Equal(["1", "2"], Ids(first));
        Assert.Equal(["3"], Ids(await FollowAsync(Link(first, "next")!)));
    }

    [Fact]
    public async Task Transaction_SearchOfOnePage_SaysNothing()
    {
        foreach (var search in (string[])["Observation?patient=17", "Observation?patient=17&_count=5"])
        {
            Answer(SearchSet(null, "1"));

            var answer = await AskAsync(search);

            Assert.Equal(["1"], Ids(answer));
            Assert.Null(Link(answer, "next"));
            Assert.DoesNotContain("incomplete", answer.ToJsonString(), StringComparison.Ordinal);
            Assert.Null(_world.Journal.Records[^1].Note);
        }
    }

    private void Answer(string search) =>
        _world.Upstream.Answers(
            "POST ",
            $$"""
            {"resourceType":"Bundle","type":"transaction-response","entry":[{"resource":{{search}},"response":{"status":"200"} }]}
            """
        );

    private async Task<JsonNode> AskAsync(string url)
    {
        using var exchange = _world.Open(
            "POST",
            "/fhir",
            $$"""{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET","url":"{{url}}"} }]}"""
        );
        var result = await _world.WalkAsync(exchange, "Release");
        Assert.True(result.Continues, result.Refusal?.Code);
        return JsonNode.Parse(StageWorld.Written(exchange))!["entry"]![0]!["resource"]!;
    }

    private Task<JsonNode> FollowAsync(string next) => _world.AskAsync(new Uri(next).PathAndQuery);

    private static string? Link(JsonNode bundle, string relation) =>
        (string?)bundle["link"]?.AsArray().FirstOrDefault(link => (string?)link!["relation"] == relation)?["url"];

    private static IEnumerable<string> Ids(JsonNode bundle) =>
        (bundle["entry"]?.AsArray() ?? []).Select(static entry => (string)entry!["resource"]!["id"]!);

    private static string SearchSet(string? next, params string[] ids)
    {
        var entries = ids.Select(static id => $$"""{"resource":{{StageWorld.Observation(id)}},"search":{"mode":"match"} }""");
        var link = next is null ? string.Empty : $$""",{"relation":"next","url":"{{next}}"}""";
        return $$"""
            {"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"http://fhir.example/r4/Observation?patient=17"}{{link}}],
            "entry":[{{string.Join(',', entries)}}]}
            """;
    }
}

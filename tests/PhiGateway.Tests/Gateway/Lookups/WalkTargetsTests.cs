using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Lookups;

/// <summary>A chain that leads to several types is walked over those of them that the client may search, and over no other.</summary>
public sealed class WalkTargetsTests : IDisposable
{
    private StageWorld? _world;

    public void Dispose() => _world?.Dispose();

    [Theory]
    [InlineData("subject.name=Muster", "Observation Patient", true)]
    [InlineData("subject:Patient.name=Muster", "Observation Patient", true)]
    [InlineData("performer.name=Muster", "Observation Patient", true)]
    [InlineData("subject:Patient.general-practitioner.name=Muster", "Observation Patient Practitioner", true)]
    [InlineData("subject:Location.name=Muster", "Observation Patient", false)]
    [InlineData("subject.name=Muster", "Observation", false)]
    [InlineData("subject:Patient.general-practitioner.name=Muster", "Observation Patient", false)]
    [InlineData("_has:Observation:subject:performer.name=Muster", "Observation Patient", false)]
    public async Task Run_ChainOverSeveralTypes_WalksOverThoseThatMayBeSearched(string chain, string types, bool isWalked)
    {
        _world = new StageWorld(null, null, TestRegistry.Grant() with { Types = types.Split(' ') });
        _world.Upstream.Otherwise = () =>
        {
            var asked = _world.Upstream.Calls[^1].PathAndQuery;
            var found = asked.StartsWith("/Patient", StringComparison.Ordinal)
                ? """{"resource":{"resourceType":"Patient","id":"17"}}"""
                : string.Empty;
            return RecordingUpstream.Reply(
                200,
                $$"""
                {"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"http://fhir.example/r4{{asked}}"}],"entry":[{{found}}]}
                """,
                "application/fhir+json"
            );
        };
        using var exchange = _world.Open("GET", "/fhir/Observation?patient=17&" + chain);

        var result = await _world.WalkAsync(exchange, "Forward");

        Assert.Equal(isWalked, result.Continues);
        Assert.DoesNotContain(
            _world.Upstream.Lines,
            line => !types.Split(' ').Any(type => line.StartsWith($"GET /{type}?", StringComparison.Ordinal))
        );
        Assert.DoesNotContain(_world.Upstream.Lines, static line => line.Contains(".name", StringComparison.Ordinal));
        Assert.Equal(isWalked, _world.Upstream.Lines.Any(static line => line.StartsWith("GET /Observation?", StringComparison.Ordinal)));
    }

    // What cannot be read stays alone, here as in an answer.
    [Theory]
    [InlineData("", "")]
    [InlineData("\uFEFF", "")]
    [InlineData("", """{"resource":{"resourceType":"Observation","id":"\ud800"} },""")]
    [InlineData("", """{"resource":{"resourceType":"\ud800","id":"1"} },""")]
    [InlineData("", """{"resource":{"resourceType":"Observation","id":1} },""")]
    public async Task Run_ReverseChainOverWhatHoldsABadEntry_FollowsTheOthers(string mark, string bad)
    {
        _world = new StageWorld(null, null, TestRegistry.Grant() with { Types = ["Observation", "Patient"], Includes = ["_has:Observation:patient"] });
        _world.Upstream.Otherwise = () =>
        {
            var asked = _world.Upstream.Calls[^1].PathAndQuery;
            var isInner = asked.StartsWith("/Observation", StringComparison.Ordinal);
            var found = isInner ? $$"""{{bad}}{"resource":{{StageWorld.Observation()}} }""" : string.Empty;
            return RecordingUpstream.Reply(
                200,
                $$"""
                {{mark}}{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"http://fhir.example/r4{{asked}}"}],"entry":[{{found}}]}
                """,
                "application/fhir+json"
            );
        };
        using var exchange = _world.Open("GET", "/fhir/Patient?_has:Observation:patient:code=x");

        var result = await _world.WalkAsync(exchange, "Forward");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        Assert.StartsWith("GET /Patient?", _world.Upstream.Lines.Last(), StringComparison.Ordinal);
        Assert.Contains("_id=17", _world.Upstream.Lines.Last(), StringComparison.Ordinal);
    }
}

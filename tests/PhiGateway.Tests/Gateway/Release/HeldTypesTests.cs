using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// What may be read by its id leaves with a stored Bundle that holds it; that its client may search for Bundles is no search for anything else.
/// </summary>
public sealed class HeldTypesTests : IDisposable
{
    private readonly StageWorld _world = new(null, null, Granted("Bundle", "read", "search"), Granted("Observation", "read"));

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("/fhir?_lastUpdated=ge2000-01-01")]
    [InlineData("/fhir/Bundle?_lastUpdated=ge2000-01-01")]
    public async Task Run_SearchOfBundles_ShowsNoRecordThatMayOnlyBeRead(string target)
    {
        var ids = await IdsAsync(_world, target);

        Assert.Equal(["b1"], ids);
        Assert.DoesNotContain("Observation", _world.Upstream.Lines.Single(), StringComparison.Ordinal);
    }

    // What the Bundle holds leaves with it, by every way to it.
    [Theory]
    [InlineData("/fhir?_type=Bundle")]
    [InlineData("/fhir/Bundle?_id=b1")]
    [InlineData("/fhir/Bundle/b1")]
    public async Task Run_BundleOfWhatMayBeRead_LeavesWhole(string target)
    {
        if (target.EndsWith("/b1", StringComparison.Ordinal))
        {
            _world.Upstream.Answers("GET /Bundle/b1", Stored);
        }

        Assert.Contains("held", await TextAsync(_world, target), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ClientThatMaySearchForBoth_IsShownBoth()
    {
        using var world = new StageWorld(null, null, Granted("Bundle", "read", "search"), Granted("Observation", "read", "search"));

        Assert.Equal(["b1", "o1"], await IdsAsync(world, "/fhir?_lastUpdated=ge2000-01-01"));
        Assert.Contains("_type=Bundle,Observation", Uri.UnescapeDataString(world.Upstream.Lines.Single()), StringComparison.Ordinal);
    }

    private static async Task<List<string>> IdsAsync(StageWorld world, string target) =>
        [
            .. JsonNode.Parse(await TextAsync(world, target))!["entry"]!
                .AsArray()
                .Select(static entry => (string)entry!["resource"]!["id"]!)
                .Order(StringComparer.Ordinal),
        ];

    private static async Task<string> TextAsync(StageWorld world, string target)
    {
        world.Upstream.Otherwise = () =>
            RecordingUpstream.Reply(200, SearchSet(world.Upstream.Calls[^1].PathAndQuery), "application/fhir+json");
        using var exchange = world.Open("GET", target);
        var result = await world.WalkAsync(exchange, "Release");
        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        return StageWorld.Written(exchange);
    }

    private static string SearchSet(string asked) =>
        $$$"""
            {"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"http://fhir.example/r4{{{asked}}}"}],"entry":[
            {"resource":{{{StageWorld.Observation("o1")}}},"search":{"mode":"match"}},{"resource":{{{Stored}}},"search":{"mode":"match"}}]}
            """;

    private static string Stored =>
        $$"""{"resourceType":"Bundle","id":"b1","type":"collection","entry":[{"resource":{{StageWorld.Observation("held")}} }]}""";

    private static Grant Granted(string type, params string[] interactions) =>
        TestRegistry.Grant() with
        {
            Types = [type],
            Interactions = interactions,
            Patients = new PatientScope { Any = true },
        };
}

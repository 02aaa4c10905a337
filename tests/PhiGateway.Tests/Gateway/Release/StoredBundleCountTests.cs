using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>A Bundle that is stored is one match of a search, whatever it holds.</summary>
public sealed class StoredBundleCountTests : IDisposable
{
    private readonly StageWorld _world = new(
        null,
        null,
        TestRegistry.Grant() with
        {
            Types = ["Bundle", "Observation"],
            Interactions = ["read", "search", "create", "update"],
            Patients = new PatientScope { Any = true },
        }
    );

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Run_BareCountOfStoredBundles_CountsThem()
    {
        Have(Stored("1", StageWorld.Observation("a"), StageWorld.Observation("b")), Stored("2", StageWorld.Observation("c")));

        using var exchange = _world.Open("GET", "/fhir/Bundle?_summary=count");
        Assert.Null((await _world.WalkAsync(exchange, "Release")).Refusal);

        Assert.Equal(2, (int?)JsonNode.Parse(StageWorld.Written(exchange))!["total"]);
    }

    [Fact]
    public async Task Run_SearchOfStoredBundles_HasTheirEntriesOnRecord()
    {
        Have(Stored("1", StageWorld.Observation("a")));

        using var exchange = _world.Open("GET", "/fhir/Bundle?identifier=x");
        Assert.Null((await _world.WalkAsync(exchange, "Release")).Refusal);

        Assert.Equal(["Bundle/1", "Observation/a/_history/3"], Assert.Single(_world.Journal.Records).Resources);
    }

    // What one that matches holds is no second match of a condition.
    [Theory]
    [InlineData(false, null)]
    [InlineData(true, "condition-ambiguous")]
    public async Task Run_ConditionThatOneStoredBundleMatches_IsOfOne(bool two, string? refusal)
    {
        var nested = Stored("1", Stored("9", StageWorld.Observation("a")));
        Have(two ? [nested, Stored("2", StageWorld.Observation("b"))] : [nested]);
        _world.Upstream.Answers("GET /Bundle/1", nested);

        using var exchange = _world.Open(
            "POST",
            "/fhir/Bundle",
            Stored("3", StageWorld.Observation("c")),
            ("If-None-Exist", "identifier=x")
        );

        Assert.Equal(refusal, (await _world.WalkAsync(exchange, "Settle")).Refusal?.Code);
    }

    // Nor is it more than one resource that a batch has stored.
    [Fact]
    public async Task Run_BundleStoredByABatch_ComesBackAsTheResource()
    {
        var stored = Stored("1", StageWorld.Observation("a"));
        _world.Upstream.Answers("POST /Bundle", stored, 201);
        var entry = $$"""{"request":{"method":"POST","url":"Bundle"},"resource":{{stored}} }""";
        using var exchange = _world.Open("POST", "/fhir", $$"""{"resourceType":"Bundle","type":"batch","entry":[{{entry}}]}""");

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        var written = JsonNode.Parse(StageWorld.Written(exchange))!["entry"]![0]!;
        Assert.Equal("Bundle", (string?)written["resource"]?["resourceType"]);
        Assert.Equal("https://gw.example/fhir/Bundle/1", (string?)written["fullUrl"]);
        Assert.Null(written["response"]!["outcome"]);
    }

    private void Have(params string[] bundles) =>
        _world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, Bundle("searchset", bundles), "application/fhir+json");

    private static string Stored(string id, params string[] resources) => Bundle("collection", resources).Insert(1, $"\"id\":\"{id}\",");

    private static string Bundle(string type, string[] resources) =>
        $$"""
            {"resourceType":"Bundle","type":"{{type}}","entry":[{{string.Join(
                ',',
                resources.Select(static resource => $$"""{"resource":{{resource}} }""")
            )}}]}
            """;
}

using System.Text.Json.Nodes;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// A server writes export files for what matched: a file of which nothing may leave is not named, and a filter names nobody whom a search might
/// not name.
/// </summary>
public sealed class ExportFilesTests : IDisposable
{
    private const string Kick = "/fhir/Patient/$export?_type=Observation";
    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "search", "export"));

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("Observation?patient=Patient/18", "outside-roster")]
    [InlineData("Observation?patient=17,18", "outside-roster")]
    [InlineData("Observation?subject=Patient/18&code=B20", "outside-roster")]
    [InlineData("Observation?patient=Patient/17&code=B20", null)]
    [InlineData("Observation?category=laboratory", null)]
    public async Task Run_TypeFilterThatNamesPatients_IsHeldToThemLikeASearch(string filter, string? refusal)
    {
        using var exchange = _world.Open("GET", $"{Kick}&_typeFilter={Uri.EscapeDataString(filter)}", null, ("Prefer", "respond-async"));

        Assert.Equal(refusal, (await _world.WalkAsync(exchange, "Decide")).Refusal?.Code);
    }

    [Fact]
    public async Task Run_TypeFiltersThatNameSomebodyElseInOneOfThem_AreRefused()
    {
        var filters = string.Join(
            "&_typeFilter=",
            ((string[])["Observation?patient=17", "Observation?patient=18"]).Select(Uri.EscapeDataString)
        );
        using var exchange = _world.Open("GET", $"{Kick}&_typeFilter={filters}", null, ("Prefer", "respond-async"));

        Assert.Equal(DenyReason.OutsideRoster, (await _world.WalkAsync(exchange, "Decide")).Refusal);
    }

    // Whether a withheld record matched, or none did.
    [Fact]
    public async Task Run_ManifestWithFilesOfWithheldRecords_IsThatWithoutThem()
    {
        var without = await ManifestAsync([("Observation", "/files/own")]);
        var with = await ManifestAsync([("Observation", "/files/foreign"), ("Observation", "/files/own"), ("Observation", "/files/empty")]);
        var none = await ManifestAsync([("Observation", "/files/foreign")]);

        Assert.Equal(["Observation"], without);
        Assert.Equal(without, with);
        Assert.Empty(none);
    }

    [Theory]
    [InlineData("/files/late", true)]
    [InlineData("/files/broken", true)]
    [InlineData("/files/refused", true)]
    [InlineData("/files/moved", false)]
    public async Task Run_FileWithSomethingThatMayLeaveOrThatCannotBeRead_IsNamed(string file, bool isNamed) =>
        Assert.Equal(isNamed ? ["Observation"] : [], await ManifestAsync([("Observation", file)]));

    [Fact]
    public async Task Run_DeletionsOfOthersOnly_AreNotNamed()
    {
        const string Line =
            """{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"Patient/18"}}]}""";
        _world.Upstream.Answers("GET /files/deleted", Line, mediaType: KnownMediaTypes.FhirNdjson);

        Assert.Empty(await ManifestAsync([("Bundle", "/files/deleted")], "deleted"));
    }

    private async Task<List<string>> ManifestAsync((string Type, string Place)[] files, string list = "output")
    {
        var own = StageWorld.Observation().ReplaceLineEndings(string.Empty);
        var foreign = StageWorld.Observation("2", "18").ReplaceLineEndings(string.Empty);
        foreach (
            var (place, text) in ((string, string)[])
                [
                    ("own", own),
                    ("foreign", foreign),
                    ("empty", string.Empty),
                    ("late", string.Join('\n', Enumerable.Repeat(foreign, 2000).Append(own))),
                    ("broken", "{"),
                ]
        )
        {
            _world.Upstream.Answers($"GET /files/{place}", text, mediaType: KnownMediaTypes.FhirNdjson);
        }

        _world.Upstream.Answers("GET /files/refused", "{}", 500);
        _world.Upstream.Answers(
            "GET /files/moved",
            string.Empty,
            307,
            change: static response => response.Headers.TryAddWithoutValidation("Location", "http://fhir.example/r4/files/foreign")
        );
        var named = string.Join(
            ',',
            files.Select(static file => $$"""{"type":"{{file.Type}}","url":"http://fhir.example/r4{{file.Place}}"}""")
        );
        var output = list == "output" ? string.Empty : "\"output\":[],";
        _world.Upstream.Answers(
            "GET /jobs/1",
            $$"""{"transactionTime":"2026-05-01T00:00:00Z","request":"x","requiresAccessToken":true,{{output}}"{{list}}":[{{named}}]}""",
            mediaType: KnownMediaTypes.Json
        );
        using var kickOff = _world.Open("GET", Kick, null, ("Prefer", "respond-async"));
        Assert.True((await _world.WalkAsync(kickOff, "Decide")).Continues);
        var job = _world.Get<HandleIssuer>().Issue(kickOff, HandleKind.Job, "http://fhir.example/r4/jobs/1")!;
        using var poll = _world.Open("GET", new Uri(job).PathAndQuery);
        var result = await _world.WalkAsync(poll, "Release");
        Assert.True(result.Continues, $"{result.Refusal} {result.Detail}");
        return [.. JsonNode.Parse(StageWorld.Written(poll))![list]!.AsArray().Select(static file => (string)file!["type"]!)];
    }
}

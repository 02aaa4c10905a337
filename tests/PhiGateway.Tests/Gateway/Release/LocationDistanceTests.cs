using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>How far a place is from where its client looks is told to whom its position leaves, in a number and a unit and nothing else.</summary>
public sealed class LocationDistanceTests : IDisposable
{
    private const string Near = "/Location?near=42.25|-83.69|11|km";
    private const string Url = "http://hl7.org/fhir/StructureDefinition/location-distance";
    private const string Ucum = "http://unitsofmeasure.org";

    private readonly StageWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(
        $$"""{"value":1.5,"unit":"km","system":"{{Ucum}}","code":"km"}""",
        $$"""{"value":1.5,"unit":"km","system":"{{Ucum}}","code":"km"}"""
    )]
    [InlineData("""{"value":800,"unit":"m"}""", """{"value":800,"unit":"m"}""")]
    [InlineData("""{"value":1.5,"unit":"Muster","code":"km"}""", """{"value":1.5,"unit":"km"}""")]
    [InlineData("""{"value":1.5,"unit":"Muster"}""", null)]
    [InlineData("""{"value":"Muster","unit":"km"}""", null)]
    [InlineData("""{"value":-1,"unit":"km"}""", null)]
    [InlineData("""{"unit":"km"}""", null)]
    public async Task Run_SearchForWhatIsNear_TellsHowFar(string distance, string? told)
    {
        Publish();
        Answer($$"""{"url":"{{Url}}","valueDistance":{{distance}} },{"url":"urn:x","valueString":"Muster"}""", "1");

        var search = (await AskAsync(Near))["entry"]![0]!["search"]!;

        Assert.Equal(told, search["extension"]?[0]!["valueDistance"]!.ToJsonString());
        Assert.Equal(told is null ? null : 1, search["extension"]?.AsArray().Count);
        Assert.Equal("match", (string?)search["mode"]);
    }

    // Nobody asked, the position does not leave, or the server says two.
    [Theory]
    [InlineData("/Location?name=x", null, 1)]
    [InlineData("/Location?_id=1", "name", 1)]
    [InlineData(Near, null, 2)]
    public async Task Run_Otherwise_TellsNone(string target, string? elements, int times)
    {
        Publish(elements is null ? [] : [elements]);
        Answer(string.Join(',', Enumerable.Repeat($$"""{"url":"{{Url}}","valueDistance":{"value":1,"unit":"km"} }""", times)), "1");

        Assert.Null((await AskAsync(target))["entry"]![0]!["search"]!["extension"]);
    }

    private void Publish(params string[] elements)
    {
        var grant = StageWorld.Whole() with
        {
            Types = ["Location"],
            Patients = new PatientScope { None = true },
            Elements = elements,
        };
        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grant))));
    }

    private void Answer(string extensions, string id) =>
        _world.Upstream.Otherwise = () =>
            RecordingUpstream.Reply(
                200,
                $$"""
                {"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"http://fhir.example/r4/Location"}],
                "entry":[{"resource":{"resourceType":"Location","id":"{{id}}","name":"x","position":{"longitude":1,"latitude":2} },
                "search":{"extension":[{{extensions}}],"mode":"match"} }]}
                """,
                "application/fhir+json"
            );

    private async Task<JsonNode> AskAsync(string target)
    {
        using var exchange = _world.Open("GET", "/fhir" + target.Replace("|", "%7C", StringComparison.Ordinal));
        var result = await _world.WalkAsync(exchange, "Release");
        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail} {string.Join(' ', _world.Upstream.Lines)}");
        Assert.DoesNotContain("Muster", StageWorld.Written(exchange), StringComparison.Ordinal);
        return JsonNode.Parse(StageWorld.Written(exchange))!;
    }
}

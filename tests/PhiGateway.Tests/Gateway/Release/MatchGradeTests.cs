using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// How well something matches, the upstream says over all that it found: to whom nothing is hidden that is told, with nothing else that it may
/// have written there.
/// </summary>
public sealed class MatchGradeTests : IDisposable
{
    private const string Grade = """{"url":"http://hl7.org/fhir/StructureDefinition/match-grade","valueCode":"certain"}""";
    private const string Match =
        """{"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Patient"} }]}""";

    private readonly StageWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData($$"""{"extension":[{{Grade}}],"mode":"match","score":0.95}""", "certain", "0.95")]
    [InlineData($$"""{"score":1,"mode":"match"}""", null, "1")]
    [InlineData($$"""{"mode":"match","extension":[{"url":"urn:x","valueString":"Muster"},{{Grade}}]}""", "certain", null)]
    [InlineData("""{"mode":"match","score":1.5}""", null, null)]
    [InlineData("""{"mode":"match","score":"Muster"}""", null, null)]
    [InlineData("""{"mode":"match","score":-0.1}""", null, null)]
    [InlineData("""{"mode":"match","score":0.1000000000000000000000000000000000000001}""", null, null)]
    [InlineData($$"""{"mode":"match","extension":[{{Grade}},{{Grade}}]}""", null, null)]
    [InlineData(
        """{"mode":"match","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/match-grade","valueCode":"Muster"}]}""",
        null,
        null
    )]
    [InlineData("""{"mode":"match","extension":[{"url":"urn:x","valueCode":"certain"}]}""", null, null)]
    [InlineData("""{"mode":"match"}""", null, null)]
    public async Task Run_ForWhomNothingIsHidden_TellsScoreAndGradeAndNothingElse(string search, string? grade, string? score)
    {
        Publish(OrganizationKind.Internal, "V");
        foreach (var (method, target, sent) in Asked)
        {
            _world.Upstream.Answers(sent, Bundle(search, "17"));

            var entry = (await AskAsync(method, target))["entry"]![0]!["search"]!.AsObject();

            Assert.Equal("match", (string?)entry["mode"]);
            Assert.Equal(score, entry["score"]?.ToJsonString());
            Assert.Equal(grade, (string?)entry["extension"]?[0]!["valueCode"]);
            Assert.Equal(1 + (grade is null ? 0 : 1) + (score is null ? 0 : 1), entry.Count);
            Assert.Equal(grade is null ? null : 1, entry["extension"]?.AsArray().Count);
        }
    }

    // A second person may be hidden, and the first be graded by it: nothing is told.
    [Theory]
    [InlineData(OrganizationKind.Vendor, "V")]
    [InlineData(OrganizationKind.Internal, "R")]
    public async Task Run_ForWhomSomethingMayBeHidden_TellsNeither(OrganizationKind kind, string ceiling)
    {
        Publish(kind, ceiling);
        foreach (var (method, target, sent) in Asked)
        {
            var answers = new HashSet<string>();
            foreach (
                var search in (string[])[$$"""{"extension":[{{Grade}}],"mode":"match","score":0.95}""", """{"mode":"match","score":0.5}"""]
            )
            {
                _world.Upstream.Answers(sent, Bundle(search, "17"));
                answers.Add((await AskAsync(method, target)).ToJsonString());
            }

            Assert.DoesNotContain("score", Assert.Single(answers), StringComparison.Ordinal);
            Assert.DoesNotContain("certain", answers.Single(), StringComparison.Ordinal);
        }
    }

    private static (string, string, string)[] Asked =>
        [("POST", "/fhir/Patient/$match", "POST /Patient/$match"), ("GET", "/fhir/Patient?name=muster", "GET /Patient?name=muster")];

    private void Publish(OrganizationKind kind, string ceiling)
    {
        _world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, Bundle("""{"mode":"match"}""", "17"), "application/fhir+json");
        var grant = StageWorld.Whole("$match") with
        {
            Patients = new PatientScope { Any = true },
            Confidentiality = ceiling,
        };
        var organization = TestRegistry.Organization() with { Kind = kind };
        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grant), organization: organization)));
    }

    private async Task<JsonNode> AskAsync(string method, string target)
    {
        using var exchange = _world.Open(method, target, method == "POST" ? Match : null);
        var result = await _world.WalkAsync(exchange, "Release");
        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail} {string.Join(' ', _world.Upstream.Lines)}");
        return JsonNode.Parse(StageWorld.Written(exchange))!;
    }

    private static string Bundle(string search, string id) =>
        $$$"""
            {"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"http://fhir.example/r4/Patient?name=muster"}],
            "entry":[{"fullUrl":"http://fhir.example/r4/Patient/{{{id}}}","resource":{"resourceType":"Patient","id":"{{{id}}}"},"search":{{{search}}} }]}
            """;
}

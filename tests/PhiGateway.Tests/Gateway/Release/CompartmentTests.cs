using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// What lies around a patient, or an encounter, by a reference that its client may not see does not come with it: that it came would tell where
/// the reference points.
/// </summary>
public sealed class CompartmentTests
{
    private const string Own = """
        {"resourceType":"Observation","id":"1","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/17"},
        "performer":[{"reference":"Patient/18"}],"encounter":{"reference":"Encounter/e1"}}
        """;

    // Of another patient whom this client may see as well; 17 took part.
    private const string Another = """
        {"resourceType":"Observation","id":"2","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/18"},
        "performer":[{"reference":"Patient/17"}],"encounter":{"reference":"Encounter/e1"}}
        """;

    [Theory]
    [InlineData("/Patient/17/Observation", "1")]
    [InlineData("/Patient/17/*", "1")]
    [InlineData("/Patient/17/$everything", "1")]
    [InlineData("/Encounter/e1/$everything", "")]
    public async Task Run_RecordAroundAnotherByAHiddenReference_Stays(string target, string shown) =>
        Assert.Equal(shown, await IdsAsync(target, ["status", "code", "subject"]));

    [Theory]
    [InlineData("/Patient/17/Observation")]
    [InlineData("/Patient/17/*")]
    [InlineData("/Patient/17/$everything")]
    [InlineData("/Encounter/e1/$everything")]
    public async Task Run_RecordAroundAnotherByAReferenceThatMayBeSeen_Comes(string target)
    {
        Assert.Equal("1,2", await IdsAsync(target, []));
        Assert.Equal("1,2", await IdsAsync(target, ["status", "code", "subject", "performer", "encounter"]));
    }

    [Theory]
    [InlineData("/Observation?patient=17,18")]
    [InlineData("/Patient/17/Observation?_summary=count")]
    public async Task Run_RecordFoundOtherwise_Comes(string target) =>
        Assert.Equal(
            target.StartsWith("/Patient", StringComparison.Ordinal) ? "total 1" : "1,2",
            await IdsAsync(target, ["status", "code", "subject"])
        );

    private static async Task<string> IdsAsync(string target, string[] elements)
    {
        var grant = TestRegistry.Grant() with
        {
            Types = ["Observation"],
            Elements = elements,
            Patients = new PatientScope { Any = true },
            Confidentiality = "N",
        };
        var others = grant with { Types = ["Patient", "Encounter"], Elements = [], Operations = ["$everything"] };
        using var world = new StageWorld(null, null, grant with { Operations = ["$everything"] }, others);
        world.Upstream.Answers("GET /Encounter/e1", """{"resourceType":"Encounter","id":"e1","subject":{"reference":"Patient/17"}}""");
        world.Upstream.Otherwise = () =>
            RecordingUpstream.Reply(
                200,
                $$"""
                {"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"http://fhir.example/r4/x"}],
                "entry":[{"resource":{{Own}},"search":{"mode":"match"} },{"resource":{{Another}},"search":{"mode":"match"} }]}
                """,
                "application/fhir+json"
            );
        world.Route = world.Route! with { SelfLinks = PhiGateway.Fhir.Answers.SelfLinkRule.Ignored };
        using var exchange = world.Open("GET", "/fhir" + target);
        var result = await world.WalkAsync(exchange, "Release");
        if (result.Refusal == DenyReason.NotFoundOrWithheld)
        {
            return string.Empty;
        }

        Assert.True(result.Continues, $"{result.Refusal} {result.Detail} {string.Join(' ', world.Upstream.Lines)}");
        var answer = System.Text.Json.Nodes.JsonNode.Parse(StageWorld.Written(exchange))!;
        var ids = (answer["entry"]?.AsArray() ?? []).Select(static entry => (string?)entry!["resource"]!["id"]).ToList();
        return target.Contains("_summary", StringComparison.Ordinal) ? $"total {answer["total"]}" : string.Join(',', ids);
    }
}

using PhiGateway.Gateway.Exchange;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Decisions;
using Xunit;

namespace PhiGateway.Tests.Gateway.Settle;

/// <summary>
/// A patch that the upstream applies keeps a record under the conditions under which its writer may write, as every other change does: what it
/// touches is none that a condition looks at.
/// </summary>
public sealed class PatchedConditionTests
{
    private const string Stored = """
        {"resourceType":"Observation","id":"1","meta":{"versionId":"3"},"status":"preliminary","code":{"coding":[{"code":"a"}]},
        "category":[{"coding":[{"code":"survey"}]}],"note":[{"text":"y"}],"subject":{"reference":"Patient/17"}}
        """;

    [Theory]
    [InlineData("status", "preliminary", "Observation.status", false)]
    [InlineData("category", "survey", "Observation.category", false)]
    [InlineData("category", "survey", "Observation.category.coding.code", false)]
    [InlineData("code", "a", "Observation.code", false)]
    [InlineData("status", "preliminary", "Observation.note", true)]
    [InlineData("status", "preliminary", "Observation.category", true)]
    [InlineData("category", "survey", "Observation.status", true)]
    public async Task Run_PathPatchUnderACondition_TouchesNothingThatItLooksAt(string parameter, string value, string path, bool isOpen)
    {
        var plain = StageWorld.Grant("read", "patch");
        using var bound = new StageWorld(null, null, plain with { Where = new Dictionary<string, string> { [parameter] = value } });
        using var free = new StageWorld(null, null, plain);
        using var scoped = new StageWorld(null, null, plain);
        scoped.Callers.Result = CallerResult.Of(Asked.Caller(scopes: $"system/Observation.ru?{parameter}={value}"));

        Assert.Equal(isOpen ? null : DenyReason.ConditionNotMet, await RefusalAsync(bound, Patch(path), KnownMediaTypes.FhirJson));
        Assert.Equal(isOpen ? null : DenyReason.ConditionNotMet, await RefusalAsync(scoped, Patch(path), KnownMediaTypes.FhirJson));
        Assert.Null(await RefusalAsync(free, Patch(path), KnownMediaTypes.FhirJson));
    }

    // One more grant without the condition, or with another one, is enough.
    [Fact]
    public async Task Run_PathPatchUnderSeveralGrants_NeedsOneThatItCannotLeave()
    {
        var status = StageWorld.Grant("read", "patch") with { Where = new Dictionary<string, string> { ["status"] = "preliminary" } };
        var category = status with { Where = new Dictionary<string, string> { ["category"] = "survey" } };
        using var world = new StageWorld(null, null, status, category);

        Assert.Null(await RefusalAsync(world, Patch("Observation.status"), KnownMediaTypes.FhirJson));
    }

    // A patch that is applied here is judged by what it comes to.
    [Theory]
    [InlineData("preliminary", null)]
    [InlineData("final", "condition-not-met")]
    public async Task Run_JsonPatchUnderACondition_IsJudgedByItsResult(string value, string? refusal)
    {
        var grant = StageWorld.Grant("read", "patch") with { Where = new Dictionary<string, string> { ["status"] = "preliminary" } };
        using var world = new StageWorld(null, null, grant);
        var patch = $$"""[{"op":"replace","path":"/status","value":"{{value}}"}]""";

        Assert.Equal(refusal, (await RefusalAsync(world, patch, "application/json-patch+json"))?.Code);
    }

    // Of a foreign record it is said that there is none.
    [Fact]
    public async Task Run_PathPatchOfAForeignRecord_IsAnsweredAsOneThatIsNotThere()
    {
        var grant = StageWorld.Grant("read", "patch") with { Where = new Dictionary<string, string> { ["status"] = "preliminary" } };
        using var world = new StageWorld(null, null, grant);
        var foreign = Stored.Replace("Patient/17", "Patient/18", StringComparison.Ordinal);

        Assert.Equal(DenyReason.PatientNotFound, await RefusalAsync(world, Patch("Observation.status"), KnownMediaTypes.FhirJson, foreign));
    }

    private static string Patch(string path) =>
        $$"""
            {"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},
            {"name":"path","valueString":"{{path}}"},{"name":"value","valueCode":"final"}]}]}
            """;

    private static async Task<DenyReason?> RefusalAsync(StageWorld world, string patch, string mediaType, string stored = Stored)
    {
        world.Upstream.Answers("GET /Observation/1", stored);
        using var exchange = world.Open("PATCH", "/fhir/Observation/1", patch);
        exchange.Http.Request.ContentType = mediaType;
        return (await world.WalkAsync(exchange, "Settle")).Refusal;
    }
}

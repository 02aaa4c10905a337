using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Settle;

/// <summary>
/// What a record holds leaves by what the grants of its own type show: what of it is hidden is neither copied to where it is seen, nor
/// asked for, nor lost by putting back what was seen.
/// </summary>
public sealed class HeldElementTests
{
    private const string JsonPatch = "application/json-patch+json";

    private const string Practitioner = """{"resourceType":"Practitioner","id":"p","name":[{"family":"Stone"}],"birthDate":"1960-01-02"}""";

    private static readonly Grant Observations = StageWorld.Grant("read", "patch", "update");

    private static readonly Grant NamesOnly = StageWorld.Grant("read") with { Types = ["Practitioner"], Elements = ["name"] };

    [Theory]
    [InlineData("""{"op":"copy","from":"/contained/0/birthDate","path":"/valueDateTime"}""")]
    [InlineData("""{"op":"move","from":"/contained/0/birthDate","path":"/valueDateTime"}""")]
    [InlineData("""{"op":"test","path":"/contained/0/birthDate","value":"1960-01-02"}""")]
    [InlineData("""{"op":"remove","path":"/contained/0/birthDate"}""")]
    public async Task Run_PatchOfWhatIsContainedAndSeenInPart_IsForThoseWhoSeeAllOfIt(string operation)
    {
        using var part = new StageWorld(null, null, Observations, NamesOnly);
        using var whole = new StageWorld(null, null, Observations, NamesOnly with { Elements = [] });
        var patch = $"[{operation}]";

        Assert.Equal(DenyReason.HiddenElement, await PatchAsync(part, patch, Holding));
        Assert.NotEqual(DenyReason.HiddenElement, await PatchAsync(whole, patch, Holding));
        Assert.NotEqual(DenyReason.HiddenElement, await PatchAsync(part, patch, StageWorld.Observation()));
    }

    [Fact]
    public async Task Run_PatchOfTheRecordItself_IsNoMatterOfWhatItContains()
    {
        using var world = new StageWorld(null, null, Observations, NamesOnly);

        Assert.Null(await PatchAsync(world, """[{"op":"replace","path":"/status","value":"amended"}]""", Holding));
    }

    [Fact]
    public async Task Run_UpdateOfARecordThatHoldsWhatIsSeenInPart_WouldLoseTheRest()
    {
        using var part = new StageWorld(null, null, Observations, NamesOnly);
        using var whole = new StageWorld(null, null, Observations, NamesOnly with { Elements = [] });
        using var feed = new StageWorld(null, null, StageWorld.Grant("update"), NamesOnly);

        Assert.Equal(DenyReason.PartialView, await UpdateAsync(part, Holding));
        Assert.Null(await UpdateAsync(whole, Holding));
        Assert.Null(await UpdateAsync(part, StageWorld.Observation()));
        // Whoever may not read it has no copy that was trimmed.
        Assert.Null(await UpdateAsync(feed, Holding));
    }

    [Theory]
    [InlineData("""{"op":"copy","from":"/entry/0/resource/code","path":"/entry/1/resource/code"}""", "hidden-element")]
    [InlineData("""{"op":"test","path":"/entry/0/resource/code/text","value":"x"}""", "hidden-element")]
    [InlineData("""{"op":"replace","path":"/type","value":"document"}""", null)]
    public async Task Run_PatchOfWhatABundleHoldsAndIsSeenInPart_IsForThoseWhoSeeAllOfIt(string operation, string? refusal)
    {
        var bundles = Observations with { Types = ["Bundle"] };
        using var part = new StageWorld(null, null, bundles, StageWorld.Grant("read") with { Elements = ["status", "subject"] });
        using var whole = new StageWorld(null, null, bundles, StageWorld.Grant("read"));
        var patch = $"[{operation}]";

        Assert.Equal(refusal, (await PatchAsync(part, patch, Parcel, "Bundle"))?.Code);
        Assert.NotEqual(DenyReason.HiddenElement, await PatchAsync(whole, patch, Parcel, "Bundle"));
    }

    // What a Bundle holds has an owner and labels of its own, which a path leads to; the server that applies the patch asks nobody.
    [Theory]
    [InlineData("entry[0].resource.subject.reference", "Patient/18", false, "relabel-not-permitted")]
    [InlineData("entry[0].resource.subject.reference", "Patient/18", true, "outside-use-case")]
    [InlineData("entry[0].resource.subject.reference", "Patient/17", true, null)]
    [InlineData("entry[0].resource.status", "amended", false, "relabel-not-permitted")]
    [InlineData("type", "document", false, null)]
    public async Task Run_PathPatchOfWhatABundleHolds_IsForThoseWhoMayRelabel(string path, string value, bool mayRelabel, string? refusal)
    {
        var bundles = Observations with { Types = ["Bundle"], MayRelabel = mayRelabel };
        using var world = new StageWorld(null, null, bundles, StageWorld.Grant("read"));
        world.Upstream.Answers("GET /Bundle/1", Parcel);
        using var exchange = world.Open(
            "PATCH",
            "/fhir/Bundle/1",
            $$"""
            {"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},
            {"name":"path","valueString":"Bundle.{{path}}"},{"name":"value","valueString":"{{value}}"}]}]}
            """
        );

        Assert.Equal(refusal, (await world.WalkAsync(exchange, "Settle")).Refusal?.Code);
    }

    private static string Holding =>
        StageWorld.Observation().Replace("\"status\"", $"\"contained\":[{Practitioner}],\"status\"", StringComparison.Ordinal);

    private static string Parcel =>
        $$$"""
            {"resourceType":"Bundle","id":"1","meta":{"versionId":"3"},"type":"collection",
            "entry":[{"resource":{{{StageWorld.Observation()}}}},{"resource":{{{StageWorld.Observation("2")}}}}]}
            """;

    private static Task<DenyReason?> PatchAsync(StageWorld world, string patch, string stored, string type = "Observation") =>
        RefusalAsync(world, "PATCH", patch, stored, type);

    private static Task<DenyReason?> UpdateAsync(StageWorld world, string stored) =>
        RefusalAsync(world, "PUT", stored, stored, "Observation");

    private static async Task<DenyReason?> RefusalAsync(StageWorld world, string method, string body, string stored, string type)
    {
        world.Upstream.Answers($"GET /{type}/1", stored);
        using var exchange = world.Open(method, $"/fhir/{type}/1", body);
        if (method == "PATCH")
        {
            exchange.Http.Request.ContentType = JsonPatch;
        }

        return (await world.WalkAsync(exchange, "Settle")).Refusal;
    }
}

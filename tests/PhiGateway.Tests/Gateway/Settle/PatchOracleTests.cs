using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Settle;

/// <summary>
/// Whether a patch can be applied tells what is stored: to one who may write and not read it is told nothing so, and whose record it is does
/// not change by the way.
/// </summary>
public sealed class PatchOracleTests
{
    private const string JsonPatch = "application/json-patch+json";

    // An element that every record has can be replaced, whatever is stored; so can a member of the record itself be set.
    [Theory]
    [InlineData("""{"op":"copy","from":"/valueString","path":"/valueString"}""", false)]
    [InlineData("""{"op":"copy","from":"/note/3","path":"/note/0"}""", false)]
    [InlineData("""{"op":"move","from":"/issued","path":"/comment"}""", false)]
    [InlineData("""{"op":"remove","path":"/valueString"}""", false)]
    [InlineData("""{"op":"replace","path":"/valueString","value":"x"}""", false)]
    [InlineData("""{"op":"replace","path":"/code/text","value":"x"}""", false)]
    [InlineData("""{"op":"add","path":"/note/0","value":{"text":"x"}}""", false)]
    [InlineData("""{"op":"add","path":"/note/-","value":{"text":"x"}}""", false)]
    [InlineData("""{"op":"add","path":"/method/text","value":"x"}""", false)]
    [InlineData("""{"op":"test","path":"/status","value":"final"}""", false)]
    [InlineData("""{"op":"add","path":"/valueString","value":"x"}""", true)]
    [InlineData("""{"op":"add","path":"/note","value":[{"text":"x"}]}""", true)]
    [InlineData("""{"op":"replace","path":"/status","value":"amended"}""", true)]
    public async Task Run_JsonPatchThatCanFailByWhatIsStored_IsForThoseWhoMaySeeIt(string operation, bool isOpen)
    {
        using var writer = new StageWorld(null, null, StageWorld.Grant("patch"));
        using var reader = new StageWorld(null, null, StageWorld.Grant("patch", "read"));
        var patch = $"[{operation}]";

        var blind = await RefusalAsync(writer, patch, JsonPatch, Stored);
        var bare = await RefusalAsync(writer, patch, JsonPatch, StageWorld.Observation());
        var seeing = await RefusalAsync(reader, patch, JsonPatch, Stored);

        // With what it asks about and without: one answer.
        Assert.Equal(isOpen ? null : DenyReason.HiddenElement, blind);
        Assert.Equal(blind, bare);
        Assert.NotEqual(DenyReason.HiddenElement, seeing);
    }

    // Above the ceiling of the grants that read, and below that of those that change.
    [Fact]
    public async Task Run_JsonPatchOfARecordThatItsReaderMayNotSee_TellsNothing()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("patch") with { Confidentiality = "R" }, StageWorld.Grant("read"));
        var restricted = Stored.Replace(
            "\"versionId\":\"3\"",
            "\"versionId\":\"3\",\"security\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-Confidentiality\",\"code\":\"R\"}]",
            StringComparison.Ordinal
        );
        const string patch = """[{"op":"replace","path":"/valueString","value":"x"}]""";

        Assert.Equal(DenyReason.HiddenElement, await RefusalAsync(world, patch, JsonPatch, restricted));
        Assert.Null(await RefusalAsync(world, patch, JsonPatch, Stored));
    }

    [Theory]
    [InlineData("replace", "Observation.value", false)]
    [InlineData("replace", "Observation.code.text", false)]
    [InlineData("replace", "Observation.note", false)]
    [InlineData("delete", "Observation.note", false)]
    [InlineData("delete", "Observation.code.text", false)]
    [InlineData("add method", "Observation", false)]
    [InlineData("add text", "Observation.method", false)]
    [InlineData("delete", "Observation.method", true)]
    [InlineData("replace", "Observation.status", true)]
    [InlineData("add note", "Observation", true)]
    public async Task Run_PathPatchThatCanFailByWhatIsStored_IsForThoseWhoMaySeeIt(string operation, string path, bool isOpen)
    {
        using var writer = new StageWorld(null, null, StageWorld.Grant("patch"));
        using var reader = new StageWorld(null, null, StageWorld.Grant("patch", "read"));
        var patch = PathPatch(operation, path);

        Assert.Equal(isOpen ? null : DenyReason.HiddenElement, await RefusalAsync(writer, patch, KnownMediaTypes.FhirJson, Stored));
        Assert.Null(await RefusalAsync(reader, patch, KnownMediaTypes.FhirJson, Stored));
    }

    // Whose record it is where its subject is nobody hangs on whom it names elsewhere: to take that away is to make it nobody's.
    [Theory]
    [InlineData(
        "delete",
        "Observation.performer",
        """ "subject":{"reference":"Location/l1"},"performer":[{"reference":"Patient/17"}]""",
        false
    )]
    [InlineData(
        "replace",
        "Observation.performer",
        """ "subject":{"reference":"Location/l1"},"performer":[{"reference":"Patient/17"}]""",
        false
    )]
    [InlineData(
        "delete",
        "Observation.performer",
        """ "subject":{"reference":"Patient/17"},"performer":[{"reference":"Patient/17"}]""",
        true
    )]
    [InlineData("delete", "Observation.note", """ "subject":{"reference":"Location/l1"},"performer":[{"reference":"Patient/17"}]""", true)]
    public async Task Run_PathPatchOfWhomElseARecordNames_NeedsTheRightToChangeWhoseItIs(
        string operation,
        string path,
        string owners,
        bool isOpen
    )
    {
        var grant = StageWorld.Grant("read", "patch");
        using var world = new StageWorld(null, null, grant);
        using var relabelling = new StageWorld(null, null, grant with { MayRelabel = true });
        var stored =
            $$"""{"resourceType":"Observation","id":"1","meta":{"versionId":"3"},"status":"final","code":{"text":"x"},"note":[{"text":"y"}],{{owners}}}""";
        var patch = PathPatch(operation, path);

        Assert.Equal(isOpen ? null : DenyReason.RelabelNotPermitted, await RefusalAsync(world, patch, KnownMediaTypes.FhirJson, stored));
        Assert.Null(await RefusalAsync(relabelling, patch, KnownMediaTypes.FhirJson, stored));
    }

    [Theory]
    [InlineData("delete", "List.source", """ "source":{"reference":"Patient/17"}""")]
    [InlineData("delete", "List.entry", """ "entry":[{"item":{"reference":"Patient/17"}}]""")]
    public async Task Run_PathPatchOfAListWithoutASubject_NeedsTheRightToChangeWhoseItIs(string operation, string path, string owners)
    {
        var grant = StageWorld.Grant("read", "patch") with { Types = ["List"] };
        using var world = new StageWorld(null, null, grant);
        var stored = $$"""{"resourceType":"List","id":"1","meta":{"versionId":"3"},"status":"current","mode":"working",{{owners}}}""";

        Assert.Equal(
            DenyReason.RelabelNotPermitted,
            await RefusalAsync(world, PathPatch(operation, path), KnownMediaTypes.FhirJson, stored, "List")
        );
        Assert.Null(
            await RefusalAsync(
                world,
                PathPatch(operation, path),
                KnownMediaTypes.FhirJson,
                stored.Replace("\"mode\"", "\"subject\":{\"reference\":\"Patient/17\"},\"mode\"", StringComparison.Ordinal),
                "List"
            )
        );
    }

    // What stands in the way of a patch is told to none who may not change the record.
    [Theory]
    [InlineData(false, """[{"op":"add","path":"/status","value":"amended"}]""")]
    [InlineData(true, """[{"op":"add","path":"/meta","value":{"versionId":"3","project":"x"}}]""")]
    public async Task Run_PatchOfSomebodyElsesRecord_IsAnsweredAsOneThatIsNotThere(bool hasVersion, string patch)
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "patch"));
        world.Route = world.Route! with { RoutingMarks = PhiGateway.Gateway.Configuration.RoutingMarks.Default };
        var foreign = StageWorld.Observation(patient: "18");
        var own = StageWorld.Observation();
        if (!hasVersion)
        {
            foreign = foreign.Replace("\"versionId\":\"3\"", string.Empty, StringComparison.Ordinal);
            own = own.Replace("\"versionId\":\"3\"", string.Empty, StringComparison.Ordinal);
        }

        Assert.Equal(DenyReason.PatientNotFound, await RefusalAsync(world, patch, JsonPatch, foreign));
        Assert.Equal(
            hasVersion ? DenyReason.MalformedBody : DenyReason.PatchNotApplicable,
            await RefusalAsync(world, patch, JsonPatch, own)
        );
    }

    private static string Stored =>
        StageWorld
            .Observation()
            .Replace("\"status\"", "\"valueString\":\"CANARY\",\"note\":[{\"text\":\"y\"}],\"status\"", StringComparison.Ordinal);

    private static string PathPatch(string operation, string path)
    {
        var words = operation.Split(' ');
        var name = words.Length > 1 ? $$""",{"name":"name","valueString":"{{words[1]}}"}""" : string.Empty;
        var value = words[0] == "delete" ? string.Empty : """,{"name":"value","valueString":"x"}""";
        return $$"""
            {"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"{{words[0]}}"},
            {"name":"path","valueString":"{{path}}"}{{name}}{{value}}]}]}
            """;
    }

    private static async Task<DenyReason?> RefusalAsync(
        StageWorld world,
        string patch,
        string mediaType,
        string stored,
        string type = "Observation"
    )
    {
        world.Upstream.Answers($"GET /{type}/1", stored);
        using var exchange = world.Open("PATCH", $"/fhir/{type}/1", patch);
        exchange.Http.Request.ContentType = mediaType;
        return (await world.WalkAsync(exchange, "Settle")).Refusal;
    }
}

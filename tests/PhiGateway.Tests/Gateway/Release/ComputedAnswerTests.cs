using PhiGateway.Fhir.Grammar.Declared;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Fhir.Grammar;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// A report that is worked out from a patient's records tells of those that a client may not see: it leaves to whom none of them is withheld.
/// </summary>
public sealed class ComputedAnswerTests
{
    private const string Period = "periodStart=2020-01-01&periodEnd=2020-12-31";
    private const string Report = """
        {"resourceType":"MeasureReport","id":"r1","status":"complete","type":"individual","measure":"Measure/m1",
        "subject":{"reference":"Patient/17"},"period":{"start":"2020-01-01"}}
        """;

    private static readonly string[] Operations = ["$evaluate-measure", "$care-gaps", "$collect-data"];

    public static TheoryData<string> Targets =>
        [
            $"/Measure/m1/$evaluate-measure?{Period}&subject=Patient/17",
            $"/Measure/$evaluate-measure?{Period}&measure=Measure/m1&subject=Patient/17",
            $"/Measure/$care-gaps?{Period}&topic=x&subject=Patient/17",
            $"/Measure/m1/$collect-data?{Period}&subject=Patient/17",
        ];

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Run_ReportOfAPatientOfWhomNothingIsWithheld_Leaves(string target)
    {
        var (refusal, body) = await AskAsync(StageWorld.Whole(Operations), target);

        Assert.Null(refusal);
        Assert.Contains("\"r1\"", body, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Run_ReportOfAPatientOfWhomSomethingMayBeWithheld_IsNotAskedFor(string target)
    {
        var whole = StageWorld.Whole(Operations);
        Grant[] lesser =
        [
            whole with
            {
                Confidentiality = "R",
            },
            whole with
            {
                Labels = ["HIV"],
            },
            whole with
            {
                Types = [.. whole.Types.Where(static type => type != "Condition")],
            },
            whole with
            {
                Elements = ["id", "subject", "status"],
            },
            whole with
            {
                Masks = ["identifier.value"],
            },
        ];
        foreach (var grant in lesser)
        {
            Assert.Equal(DenyReason.NotJudgeable, (await AskAsync(grant, target)).Refusal);
        }
    }

    // Somebody else's is refused as that; of a whole population a roster is not all.
    [Theory]
    [InlineData($"/Measure/m1/$evaluate-measure?{Period}&subject=Patient/18", "not-judgeable")]
    [InlineData($"/Measure/m1/$evaluate-measure?{Period}", "not-judgeable")]
    [InlineData($"/Measure/m1/$evaluate-measure?{Period}&subject=Group/7", "not-judgeable")]
    public async Task Run_ReportOfOthersThanTheRosters_IsRefused(string target, string reason) =>
        Assert.Equal(reason, (await AskAsync(StageWorld.Whole(Operations), target)).Refusal?.Code);

    [Fact]
    public async Task Run_ReportOfEverybodyForAnyPatient_Goes()
    {
        var any = StageWorld.Whole(Operations) with { Patients = new PatientScope { Any = true } };

        Assert.Null((await AskAsync(any, $"/Measure/m1/$evaluate-measure?{Period}")).Refusal);
    }

    // A label of the hospital's own that some other client is permitted.
    [Theory]
    [InlineData(false, "not-judgeable")]
    [InlineData(true, null)]
    public async Task Run_LabelOfTheRegistryThatIsNotPermitted_IsSomethingWithheld(bool isPermitted, string? reason)
    {
        const string Own = "https://hospital.example/labels|VIP";
        var grant = StageWorld.Whole(Operations);
        grant = isPermitted ? grant with { Labels = [.. grant.Labels, Own] } : grant;

        var (refusal, _) = await AskAsync(grant, $"/Measure/m1/$evaluate-measure?{Period}&subject=Patient/17", Own);

        Assert.Equal(reason, refusal?.Code);
    }

    [Theory]
    [InlineData("Observation", null, null)]
    [InlineData("Observation", true, "not-judgeable")]
    [InlineData("Observation", false, null)]
    [InlineData("MeasureReport", null, "not-judgeable")]
    [InlineData("GuidanceResponse", null, "not-judgeable")]
    [InlineData("GuidanceResponse", false, null)]
    public async Task Run_DeclaredOperation_IsComputedWhereItSaysSoOrAnswersWithWhatIsNothingElse(string answer, bool? says, string? reason)
    {
        var extension = says is { } said
            ? $$"""[{"url":"urn:phi-gateway:computed","valueBoolean":{{(said ? "true" : "false")}} }]"""
            : "[]";
        var definition = System.Text.Json.Nodes.JsonNode.Parse(
            $$"""
            {"resourceType":"OperationDefinition","url":"https://ehr.example/OperationDefinition/risk","name":"Risk","status":"active",
            "kind":"operation","affectsState":false,"code":"risk","resource":["Patient"],"system":false,"type":false,"instance":true,
            "extension":{{extension}},"parameter":[{"name":"return","use":"out","min":1,"max":"1","type":"{{answer}}"}]}
            """
        )!;
        var declared = DeclaredParametersTests.Read(DeclaredParametersTests.File("risk.json", definition));
        var grant = TestRegistry.Grant() with
        {
            Types = ["Patient", "Observation", "MeasureReport", "GuidanceResponse"],
            Operations = ["$risk"],
        };

        var (refusal, _) = await AskAsync(grant, "/Patient/17/$risk", declared: declared, last: "Decide");

        Assert.Equal(reason, refusal?.Code);
    }

    private static async Task<(DenyReason? Refusal, string Body)> AskAsync(
        Grant grant,
        string target,
        string? labelOfOthers = null,
        DeclaredParameters? declared = null,
        string last = "Release"
    )
    {
        using var world = new StageWorld(null, null, grant);
        if (labelOfOthers is not null)
        {
            world.Publish(
                TestRegistry.Build([
                    .. TestRegistry.Open(TestRegistry.UseCase(grants: grant)),
                    TestRegistry.UseCase("other", grants: TestRegistry.Grant() with { Labels = [labelOfOthers] }),
                ])
            );
        }

        if (declared is not null)
        {
            world.Route = world.Route! with { Language = world.Route!.Language with { Declared = declared } };
        }

        world.Upstream.Answers("GET /Measure/m1", """{"resourceType":"Measure","id":"m1","status":"active"}""");
        world.Upstream.Answers($"GET {target}", Report);
        using var exchange = world.Open("GET", "/fhir" + target);
        var result = await world.WalkAsync(exchange, last);
        return (result.Refusal, StageWorld.Written(exchange));
    }
}

using PhiGateway.Apis;
using PhiGateway.Fhir.Answers;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Fhir.Answers;
using Xunit;
using static PhiGateway.Tests.Apis.ApiFixture;

namespace PhiGateway.Tests.Apis;

/// <summary>What leaves of an answer is what the table points at and the policy lets out.</summary>
public sealed class ApiAnswerFilterTests
{
    private const string Target = "/lab/v1/patients/17/results";

    [Fact]
    public void Filter_Items_PassByteForByteWithoutTheRest()
    {
        var (verdict, text, disclosure) = Filter(
            Search(),
            Target,
            """{ "name": "Canary", "results": [ {"id":"a","patient":"17","value":1.50e1,"text":"\u00e9"}, {"id":"b","patient":"99"} ], "total": 2 }"""
        );

        Assert.Equal(AnswerVerdict.Rewritten, verdict);
        Assert.Equal("""{"results":[{"id":"a","patient":"17","value":1.50e1,"text":"\u00e9"}]}""", text);
        Assert.Equal(["a"], disclosure.Resources.Select(static resource => resource.Id));
        Assert.Equal(["17"], disclosure.Patients.Select(static patient => patient.Value));
        Assert.Equal((1, WithholdReason.OutsidePatients), (disclosure.Withheld, disclosure.LastWithheld));
    }

    /// <summary>The patient of an item as JSON, and whether it is patient 17.</summary>
    public static TheoryData<string, bool> Patients =>
        new()
        {
            { "\"patient\":\"17\"", true },
            { "\"patient\":\"\\u0031\\u0037\"", true },
            { "\"patient\":17", false },
            { "\"patient\":null", false },
            { "\"patient\":true", false },
            { "\"patient\":[\"17\"]", false },
            { "\"patient\":{\"id\":\"17\"}", false },
            { "\"patient\":\"\"", false },
            { "\"patient\":\" 17\"", false },
            { "\"patient\":\"Patient/17\"", false },
            { "\"patient\":\"18\"", false },
            { "\"Patient\":\"17\"", false },
            { "\"subject\":\"17\"", false },
        };

    [Theory]
    [MemberData(nameof(Patients))]
    public void Filter_PatientNotAsDeclared_IsWithheld(string member, bool isReleased)
    {
        var (verdict, text, _) = Filter(Search(), Target, $$"""{"results":[{{{member}}}]}""", TestPolicy.For("17", "18"));

        Assert.Equal(AnswerVerdict.Rewritten, verdict);
        Assert.Equal(isReleased ? $$"""{"results":[{{{member}}}]}""" : """{"results":[]}""", text);
    }

    [Theory]
    [InlineData("""{"id":"a","patient":"17","related":[{"patient":"99","text":"Canary"}]}""", false)]
    [InlineData("""{"id":"a","patient":"17","related":{"deep":{"patient":"99"}}}""", false)]
    [InlineData("""{"id":"a","patient":"17","related":{"patient":{"name":"Canary"}}}""", false)]
    [InlineData("""{"id":"a","patient":"17","related":{"Patient":"99"}}""", false)]
    [InlineData("""{"id":"a","patient":"17","related":{"level":"V"}}""", false)]
    [InlineData("""{"id":"a","patient":"17","related":{"labels":["HIV"]}}""", false)]
    [InlineData("""{"id":"a","patient":"17","Labels":["HIV"]}""", false)]
    [InlineData("""{"id":"a","patient":"17","LEVEL":"V"}""", false)]
    [InlineData("""{"id":"a","patient":"17","related":[{"patient":"17"}]}""", true)]
    [InlineData("""{"id":"a","patient":"17","related":[{"id":"b","text":"patient 99"}]}""", true)]
    public void Filter_RecordInsideARecord_IsTheirsAsWell(string record, bool isReleased)
    {
        var policy = new TestPolicy
        {
            Patients = ["17"],
            Ceiling = Confidentiality.Normal,
            NoLabels = true,
        };

        var (_, text, _) = Filter(Search(), Target, $$"""{"results":[{{record}}]}""", policy);

        Assert.Equal(isReleased ? $$"""{"results":[{{record}}]}""" : """{"results":[]}""", text);
    }

    [Theory]
    [InlineData("17", true)]
    [InlineData("17.0", false)]
    [InlineData("1.7e1", false)]
    [InlineData("-17", false)]
    [InlineData("\"17\"", false)]
    public void Filter_NumberedPatient_HasOneSpelling(string value, bool isReleased)
    {
        var row = Search();
        row.Answer!.Patient!.Number = true;

        Assert.Equal(isReleased ? 1 : 0, Filter(row, Target, $$"""{"results":[{"patient":{{value}}}]}""").Disclosure.Resources.Count);
    }

    [Theory]
    [InlineData("""{"results":[{"patient":"99","patient":"17"}]}""")]
    [InlineData("""{"results":[{"patient":"17","PATIENT":"99"}]}""")]
    [InlineData("""{"results":[{"patient":"17"}],"results":[]}""")]
    [InlineData("""{"results":[{"patient":"17"}]} []""")]
    [InlineData("""{"results":{"patient":"17"}}""")]
    [InlineData("""[{"patient":"17"}]""")]
    [InlineData("""{"results":[{"patient":"17"}""")]
    [InlineData("""{"results":"none"}""")]
    [InlineData("\"17\"")]
    [InlineData("")]
    public void Filter_AnswerNotAsDeclared_IsUnreadable(string answer) =>
        Assert.Equal(AnswerVerdict.Unreadable, Filter(Search(), Target, answer, TestPolicy.Everything).Verdict);

    [Theory]
    [InlineData("""{"results":[]}""", """{"results":[]}""")]
    [InlineData("""{"results":null}""", "{}")]
    [InlineData("{}", "{}")]
    public void Filter_NoRecords_IsAnAnswer(string answer, string expected) =>
        Assert.Equal(expected, Filter(Search(), Target, answer).Text);

    // As on a page that is put together (ADR 121).
    [Fact]
    public void Filter_CountWithinAGroup_IsOfWhatLeavesOfTheGroup()
    {
        var row = Search();
        row.Answer!.Items = "/wards/*/patients/*";
        row.Answer.Count = "/wards/*/count";

        var (_, text, _) = Filter(
            row,
            Target,
            """
            {"wards":[{"count":2,"patients":[{"patient":"17"},{"patient":"99"}]},{"count":1,"patients":[{"patient":"99"}]},
            {"count":2,"patients":[{"patient":"17","id":"a"},{"patient":"17","id":"b"}]}]}
            """
        );

        Assert.Equal(
            """{"wards":[{"count":1,"patients":[{"patient":"17"}]},{"count":2,"patients":[{"patient":"17","id":"a"},{"patient":"17","id":"b"}]}]}""",
            text
        );
    }

    [Fact]
    public void Filter_ItemThatIsNoObject_IsWithheld() =>
        Assert.Equal("""{"results":[]}""", Filter(Search(), Target, """{"results":["17",17,null,true]}""", TestPolicy.Everything).Text);

    [Fact]
    public void Filter_LabelsLevelsAndTokens_AreJudged()
    {
        var policy = new TestPolicy
        {
            Ceiling = Confidentiality.Normal,
            NoLabels = true,
            Where = new TokenConstraint("category", [new TokenValue(null, "laboratory")]),
        };
        var row = Search();

        Assert.Equal(1, Count("""{"patient":"17","category":"laboratory"}"""));
        Assert.Equal(1, Count("""{"patient":"17","category":"laboratory","level":"L","labels":[]}"""));
        Assert.Equal(1, Count("""{"patient":"17","category":"urn:c|laboratory","level":null,"labels":null}"""));
        Assert.Equal(0, Count("""{"patient":"17","category":"imaging"}"""));
        Assert.Equal(0, Count("""{"patient":"17"}"""));
        Assert.Equal(0, Count("""{"patient":"17","category":"laboratory","level":"R"}"""));
        Assert.Equal(0, Count("""{"patient":"17","category":"laboratory","level":"secret"}"""));
        Assert.Equal(0, Count("""{"patient":"17","category":"laboratory","level":3}"""));
        Assert.Equal(0, Count("""{"patient":"17","category":"laboratory","labels":["HIV"]}"""));
        Assert.Equal(0, Count("""{"patient":"17","category":"laboratory","labels":"HIV"}"""));
        Assert.Equal(0, Count("""{"patient":"17","category":["laboratory"]}"""));

        int Count(string item) => Filter(row, Target, $$"""{"results":[{{item}}]}""", policy).Disclosure.Resources.Count;
    }

    [Fact]
    public void Filter_SeveralPatientsOfOneRecord_MustAllBeKnown()
    {
        var row = Read();
        row.Answer!.Patient!.Pointer = "/patients/*/id";

        Assert.Equal(AnswerVerdict.Unchanged, Verdict("""{"patients":[{"id":"17"},{"id":"18"}]}"""));
        Assert.Equal(AnswerVerdict.Withheld, Verdict("""{"patients":[{"id":"17"},{"id":"99"}]}"""));
        Assert.Equal(AnswerVerdict.Withheld, Verdict("""{"patients":[{"id":"17"},{}]}"""));
        Assert.Equal(AnswerVerdict.Withheld, Verdict("""{"patients":[]}"""));
        Assert.Equal(AnswerVerdict.Withheld, Verdict("""{"patients":{"id":"17"}}"""));

        AnswerVerdict Verdict(string answer) => Filter(row, "/lab/v1/results/r1", answer).Verdict;
    }

    [Fact]
    public void Filter_AnotherRecordThanAskedFor_IsUnreadable()
    {
        Assert.Equal(AnswerVerdict.Unchanged, Filter(Read(), "/lab/v1/results/r1", """{"id":"r1","patient":"17"}""").Verdict);
        Assert.Equal(AnswerVerdict.Unreadable, Filter(Read(), "/lab/v1/results/r1", """{"id":"r2","patient":"17"}""").Verdict);
    }

    [Fact]
    public void Filter_WithholdAnswer_IsAllOrNothing()
    {
        var row = Search();
        row.Answer!.OnWithheld = "withhold-answer";

        Assert.Equal(AnswerVerdict.Rewritten, Filter(row, Target, """{"results":[{"patient":"17"}]}""").Verdict);
        Assert.Equal(AnswerVerdict.Withheld, Filter(row, Target, """{"results":[{"patient":"17"},{"patient":"99"}]}""").Verdict);
    }

    [Fact]
    public void Filter_CountAndKeep_StandBesideTheRecords()
    {
        var row = Search();
        (row.Answer!.Count, row.Answer.Keep) = ("/total", ["/page/next", "/links"]);

        Assert.Equal(
            """{"total":1,"page":{"next":2},"results":[{"patient":"17"}]}""",
            Filter(row, Target, """{"total":7,"page":{"next":2,"names":["Canary"]},"results":[{"patient":"99"},{"patient":"17"}]}""").Text
        );
        Assert.Equal(AnswerVerdict.Unreadable, Filter(row, Target, """{"total":"seven","results":[]}""").Verdict);
    }

    [Fact]
    public void Filter_PolicyThatKeepsElements_WithholdsWhatCannotBeTrimmed()
    {
        var policy = new TestPolicy { Elements = new Dictionary<string, ElementSet> { ["Observation"] = ElementSet.Of(["status"]) } };

        Assert.Equal("""{"results":[]}""", Filter(Search(), Target, """{"results":[{"patient":"17"}]}""", policy).Text);
    }

    [Fact]
    public void Filter_RequestsPatientTakenForTheRecords_IsWhoIsRecorded()
    {
        var row = Search();
        (row.Answer!.Patient, row.Answer.AssumeRequestPatient) = (null, true);

        Assert.Equal(
            ["17"],
            Filter(row, Target, """{"results":[{"id":"a"}]}""").Disclosure.Patients.Select(static patient => patient.Value)
        );
        Assert.Equal(AnswerVerdict.Unreadable, Filter(row, Target, "nonsense").Verdict);
    }
}

using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Fhir.Requests;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>
/// What was included by a canonical address (a form by its answers) comes along for what leaves, as what was included by a reference does.
/// </summary>
public sealed class IncludedByAddressTests
{
    private static readonly FhirRequest Answers = AnswerCases.Search(
        "QuestionnaireResponse",
        new QueryParameter("patient", "1"),
        new QueryParameter("_include", "QuestionnaireResponse:questionnaire")
    );

    private static readonly FhirRequest Chart = AnswerCases.Search(
        "Patient",
        new QueryParameter("_id", "1"),
        new QueryParameter("_revinclude", "QuestionnaireResponse:subject"),
        new QueryParameter("_include:iterate", "QuestionnaireResponse:questionnaire")
    );

    public static TheoryData<string> Ways => ["stream", "page", "transaction"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Included_FormOfAnswersThatStay_StaysWithThem(string way)
    {
        string[] entries =
        [
            Match(Response("r1", "https://forms.example/sleep|2#part")),
            Match(Response("r2", "https://forms.example/hiv", "HIV")),
            Include(Form("hiv")),
            Include(Form("sleep")),
        ];

        Assert.Equal(["r1", "sleep"], await IdsAsync(way, Answers, entries));
    }

    // In whichever of its forms an address may stand: with a version, as a name here, below this server's own address.
    [Theory]
    [InlineData("https://forms.example/sleep")]
    [InlineData("https://forms.example/sleep|2")]
    [InlineData("Questionnaire/sleep")]
    [InlineData("https://ehr.internal:8443/r4/Questionnaire/sleep")]
    public async Task Included_FormOfAnswersThatLeave_ComesAlong(string address)
    {
        foreach (var way in (string[])["stream", "page", "transaction"])
        {
            string[] entries =
            [
                Match(Response("r1", address)),
                Match(Response("r2", "https://forms.example/hiv", "HIV")),
                Include(Form("sleep")),
            ];

            Assert.Equal(["r1", "sleep"], await IdsAsync(way, Answers, entries));
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Included_ForAnIncludedRecordThatStays_StaysWithIt(string way)
    {
        string[] entries =
        [
            Match("""{"resourceType":"Patient","id":"1"}"""),
            Include(Form("hiv")),
            Include(Form("sleep")),
            Include(Response("r1", "https://forms.example/sleep")),
            Include(Response("r2", "https://forms.example/hiv", "HIV")),
        ];

        Assert.Equal(["1", "r1", "sleep"], await IdsAsync(way, Chart, entries));
    }

    // By an element that does not leave nothing comes along.
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Included_ByAnAddressThatDoesNotLeave_Stays(string way)
    {
        string[] entries =
        [
            Match(Response("r1", "https://forms.example/sleep")),
            Match(Response("r2", "https://forms.example/hiv", "HIV")),
            Include(Form("sleep")),
        ];

        Assert.Equal(["r1"], await IdsAsync(way, Answers, entries, ElementSet.Of(["status", "subject"])));
    }

    // Where nothing stays, what a server found in another way leaves as well.
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Included_ByNoAddressThatCanBeRead_ComesAlongWhereNothingStays(string way)
    {
        string[] entries = [Match(Response("r1", "https://forms.example/sleep")), Include(Form("sleep")), Include(Form("other"))];

        Assert.Equal(["other", "r1", "sleep"], await IdsAsync(way, Answers, entries));
    }

    // All includes of a type are those that went upstream.
    [Theory]
    [InlineData("Condition:asserter", "c1")]
    [InlineData("Condition:recorder", "c1 x")]
    public void Included_ByAllOfATypesIncludes_ComesAlongByThoseThatArePermitted(string permitted, string shown)
    {
        var asked = AnswerCases.Search("Condition", new QueryParameter("_include", "Condition:*"));
        var body = Bundle(
            Match(
                """{"resourceType":"Condition","id":"c1","subject":{"reference":"Patient/1"},"recorder":{"reference":"Practitioner/x"}}"""
            ),
            Match(
                """{"resourceType":"Condition","id":"c2","subject":{"reference":"Patient/2"},"asserter":{"reference":"Practitioner/x"}}"""
            ),
            Include("""{"resourceType":"Practitioner","id":"x"}""")
        );
        var options = new AnswerOptions { HoldsIncluded = true, Includes = [new QueryParameter("_include", permitted)] };

        Assert.Equal(shown, string.Join(' ', Ids(Filter(asked, body, TestPolicy.For("1"), options).Text)));
    }

    // Of a search over several types, too, a server may leave the mode out. What starts from one of them alone is asked for as :iterate.
    [Theory]
    [InlineData("1", "a b dra drb")]
    [InlineData("2", "a dra")]
    public void Included_WithoutAModeInASearchOverTypes_ComesAlongForWhatLeavesOnly(string patient, string shown)
    {
        var asked = RequestFixture.Understood("GET", "/fhir?_type=Observation,Condition&patient=1&_include:iterate=Observation:performer");
        var body = Bundle(
            Bare(Observation("a", "1", ""","performer":[{"reference":"Practitioner/dra"}]""")),
            Bare(Observation("b", patient, ""","performer":[{"reference":"Practitioner/drb"}]""")),
            Bare("""{"resourceType":"Practitioner","id":"dra"}"""),
            Bare("""{"resourceType":"Practitioner","id":"drb"}""")
        );

        Assert.Equal(
            shown,
            string.Join(' ', Ids(Filter(asked, body, TestPolicy.For("1"), new AnswerOptions { HoldsIncluded = true }).Text))
        );
    }

    private static async Task<List<string>> IdsAsync(string way, FhirRequest asked, string[] entries, ElementSet? elements = null)
    {
        var bundle = Bundle(entries);
        var options = new AnswerOptions { HoldsIncluded = true };
        var policy = new TestPolicy
        {
            Patients = ["1"],
            NoLabels = true,
            Elements = elements is null ? [] : new() { ["QuestionnaireResponse"] = elements },
        };
        return Ids(await LeavingAsync(way, asked, bundle, policy, options));
    }

    private static string Bundle(params string[] entries) =>
        $$"""{"resourceType":"Bundle","type":"searchset","entry":[{{string.Join(',', entries)}}]}""";

    private static string Form(string id) =>
        $$"""{"resourceType":"Questionnaire","id":"{{id}}","url":"https://forms.example/{{id}}","version":"2"}""";

    private static string Response(string id, string form, string? label = null)
    {
        var meta = label is null
            ? string.Empty
            : $$$""","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"{{{label}}}"}]}""";
        return $$"""
            {"resourceType":"QuestionnaireResponse","id":"{{id}}","questionnaire":"{{form}}","subject":{"reference":"Patient/1"}{{meta}}}
            """;
    }
}

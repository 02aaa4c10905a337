using System.Buffers;
using System.Text;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Fhir.Requests;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>
/// What an operation puts beside somebody's records leaves for the sake of such as leave: not for one that was not asked for, whose type
/// the client has no right to, or of which the link does not leave.
/// </summary>
public sealed class AroundWhatStaysTests
{
    private const string Patient = """{"resourceType":"Patient","id":"1"}""";

    // The drug without the order.
    [Theory]
    [InlineData("?_type=Medication", "")]
    [InlineData("?_type=Patient,Medication", "1")]
    [InlineData("?_type=MedicationRequest,Medication", "aspirin m1")]
    [InlineData("", "1 aspirin m1")]
    public void Everything_OfListedTypes_BringsWhatTheShownOnesName(string query, string shown)
    {
        string[] records = query switch
        {
            "" => [Patient, Order("m1", "aspirin"), Medication("aspirin"), Medication("truvada")],
            "?_type=Medication" => [Medication("aspirin"), Medication("truvada")],
            "?_type=Patient,Medication" => [Patient, Medication("aspirin"), Medication("truvada")],
            _ => [Order("m1", "aspirin"), Medication("aspirin"), Medication("truvada")],
        };

        Assert.Equal(shown, Shown(query, Of("Patient", "MedicationRequest", "Medication"), records));
    }

    [Fact]
    public void Everything_OfATypeThatItsClientMayNotSee_BringsNothingForIt()
    {
        var without = Of("Patient", "Observation", "Medication");

        Assert.Equal("1", Shown(string.Empty, without, Patient, Medication("truvada")));
    }

    [Fact]
    public void Everything_WhereNothingMayBeWithheld_BringsAllThatComes()
    {
        var request = RequestFixture.Understood("GET", "/fhir/Patient/1/$everything?_type=Medication");

        var answer = Filter(request, Bundle(Medication("truvada")), TestPolicy.Everything, AnswerOptions.Default);

        Assert.Equal(["truvada"], Ids(answer.Text));
    }

    // What links them is one of the elements that do not leave.
    [Fact]
    public void Everything_OfOrdersWithoutTheirDrug_BringsNoDrug()
    {
        var part = new TestPolicy
        {
            Patients = ["1"],
            Elements = new() { ["MedicationRequest"] = ElementSet.Of(["status", "subject"]) },
        };

        Assert.Equal("1 m1", Shown(string.Empty, part, Patient, Order("m1", "truvada"), Medication("truvada")));
        Assert.Equal("1 m1 truvada", Shown(string.Empty, TestPolicy.For("1"), Patient, Order("m1", "truvada"), Medication("truvada")));
    }

    // Where no record of the patient's can leave, none on another page is why something comes.
    [Theory]
    [InlineData("?_type=Medication", "")]
    [InlineData("?_type=MedicationRequest,Medication", "aspirin")]
    public void Everything_OfListedTypesOnSeveralPages_BringsWhatARecordElsewhereMayName(string query, string shown)
    {
        var request = RequestFixture.Understood("GET", "/fhir/Patient/1/$everything" + query);
        var output = new ArrayBufferWriter<byte>();
        var options = new AnswerOptions { HoldsIncluded = true };
        using var page = new PagedAnswer(request, TestPolicy.For("1"), Context, output, new Disclosure(), options, 10, 0);

        Assert.True(page.TryTake(Encoding.UTF8.GetBytes(Page("https://ehr.internal:8443/r4?p=2", Medication("aspirin")))));
        page.Finish(new PageTail([], false, false));

        Assert.Equal(shown, IdsOf(Encoding.UTF8.GetString(output.WrittenSpan)));
    }

    // Small pages of the client's own show no more than one would.
    [Fact]
    public void Everything_OfListedTypesOnPagesOfTheClients_BringsWhatIsNamed()
    {
        var request = RequestFixture.Understood("GET", "/fhir/Patient/1/$everything?_type=MedicationRequest,Medication&_count=1");
        var output = new ArrayBufferWriter<byte>();
        var options = new AnswerOptions { HoldsIncluded = true };
        using var page = new PagedAnswer(request, TestPolicy.For("1"), Context, output, new Disclosure(), options, 1, 0);

        Assert.True(
            page.TryTake(
                Encoding.UTF8.GetBytes(
                    Bundle(
                        Order("m1", "aspirin"),
                        Order("m2", "ibuprofen"),
                        Medication("aspirin"),
                        Medication("ibuprofen"),
                        Medication("truvada")
                    )
                )
            )
        );
        page.Finish(new PageTail([], false, false));

        Assert.Equal("aspirin ibuprofen m1", IdsOf(Encoding.UTF8.GetString(output.WrittenSpan)));
    }

    // An operator's own operation, that answers with records and what these name.
    [Theory]
    [InlineData("searchset")]
    [InlineData("collection")]
    public void Operation_OfRecordsOfWhichSomeStay_BringsWhatTheShownOnesName(string type)
    {
        var request = new FhirRequest
        {
            Canonical = new CanonicalRequest("GET", "/fhir", [], []),
            Interaction = Interaction.Operation,
            Operation = "$chart",
            Type = ResourceType.Patient,
            Id = "1",
            Parts = [],
            Template = "test",
        };
        var body = Bundle(Order("m1", "aspirin"), Order("m2", "truvada", "2"), Medication("aspirin"), Medication("truvada"))
            .Replace("searchset", type, StringComparison.Ordinal);
        var all = body.Replace("Patient/2", "Patient/1", StringComparison.Ordinal);
        var options = new AnswerOptions { HoldsIncluded = true };

        Assert.Equal(["aspirin", "m1"], Ids(Filter(request, body, TestPolicy.For("1"), options).Text));
        Assert.Equal(["aspirin", "m1", "m2", "truvada"], Ids(Filter(request, all, TestPolicy.For("1"), options).Text));
    }

    // A form is known by its address: it tells of the answers that stay as much as a drug does of its order.
    [Theory]
    [InlineData(null, "1 q1")]
    [InlineData("1.0", "1 q1")]
    [InlineData("2.0", "1")]
    public void Everything_OfWhatIsNamedByAddress_BringsWhatTheShownOnesName(string? version, string shown)
    {
        var part = TestPolicy.For("1");
        var address = version is null ? "https://forms.example/q1" : $"https://forms.example/q1|{version}";
        string[] records =
        [
            Patient,
            $$$"""{"resourceType":"QuestionnaireResponse","id":"1","questionnaire":"{{{address}}}","subject":{"reference":"Patient/1"}}""",
            """
                {"resourceType":"QuestionnaireResponse","id":"2","questionnaire":"https://forms.example/q2",
                "subject":{"reference":"Patient/2"}}
                """,
            """{"resourceType":"Questionnaire","id":"q1","url":"https://forms.example/q1","version":"1.0"}""",
            """{"resourceType":"Questionnaire","id":"q2","url":"https://forms.example/q2"}""",
        ];

        Assert.Equal(shown, string.Join(' ', Shown(string.Empty, part, records).Split(' ').Distinct()));
    }

    // Answers to a form are judged after the rest, since they may be about any of it: until then nobody knows that nothing stays.
    [Theory]
    [InlineData("1", "1 drb drc r1")]
    [InlineData("2", "1")]
    public void Everything_OfWhatIsJudgedLast_BringsNothingForWhatStays(string patient, string shown)
    {
        var answers = $$$"""
            {"resourceType":"QuestionnaireResponse","id":"r1","subject":{"reference":"Patient/{{{patient}}}"},
            "author":{"reference":"Practitioner/drb"}}
            """;

        Assert.Equal(shown, Shown(string.Empty, TestPolicy.For("1"), Patient, answers, Practitioner("drb"), Practitioner("drc")));
    }

    // What speaks of a drug that must stay stays with it, though the drug itself waits to be named.
    [Theory]
    [InlineData("", "1 p truvada x")]
    [InlineData(""","meta":{"security":[{"code":"HIV"}]}""", "1")]
    public void Everything_OfWhatSpeaksOfWhatMustStay_BringsNothingForIt(string meta, string shown)
    {
        var part = new TestPolicy { Patients = ["1"], NoLabels = true };
        var drug = $$"""{"resourceType":"Medication","id":"truvada"{{meta}}}""";
        const string Provenance = """
            {"resourceType":"Provenance","id":"p","target":[{"reference":"Patient/1"},{"reference":"Medication/truvada"}],
            "agent":[{"who":{"reference":"Practitioner/x"}}]}
            """;

        Assert.Equal(shown, Shown(string.Empty, part, Patient, Provenance, Practitioner("x"), drug));
    }

    private static string Shown(string query, TestPolicy policy, params string[] records)
    {
        var request = RequestFixture.Understood("GET", "/fhir/Patient/1/$everything" + query);
        return IdsOf(Filter(request, Bundle(records), policy, new AnswerOptions { HoldsIncluded = true }).Text);
    }

    private static string IdsOf(string bundle) =>
        bundle.Contains("\"entry\"", StringComparison.Ordinal) ? string.Join(' ', Ids(bundle)) : string.Empty;

    private static TestPolicy Of(params string[] types) => new() { Patients = ["1"], OnlyTypes = [.. types] };

    private static string Bundle(params string[] resources) => Page(string.Empty, resources);

    private static string Page(string next, params string[] resources)
    {
        var link = next.Length == 0 ? string.Empty : $$"""{"relation":"next","url":"{{next}}"}""";
        var entries = resources.Select(static resource => $$"""{"resource":{{resource}}}""");
        return $$"""{"resourceType":"Bundle","type":"searchset","link":[{{link}}],"entry":[{{string.Join(',', entries)}}]}""";
    }

    private static string Order(string id, string medication, string patient = "1") =>
        $$$"""
            {"resourceType":"MedicationRequest","id":"{{{id}}}","status":"active","subject":{"reference":"Patient/{{{patient}}}"},
            "medicationReference":{"reference":"Medication/{{{medication}}}"}}
            """;

    private static string Medication(string id) => $$"""{"resourceType":"Medication","id":"{{id}}"}""";
}

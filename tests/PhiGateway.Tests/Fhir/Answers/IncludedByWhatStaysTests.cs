using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>
/// What was included comes along for something that leaves, by the reference that was asked for: not for an included record that stays, also where
/// every match leaves, and not by another element of one that leaves.
/// </summary>
public sealed class IncludedByWhatStaysTests
{
    private static readonly FhirRequest Chart = AnswerCases.Search(
        "Patient",
        new QueryParameter("_id", "1"),
        new QueryParameter("_revinclude", "Condition:subject"),
        new QueryParameter("_include:iterate", "Condition:asserter")
    );

    private static readonly FhirRequest Conditions = AnswerCases.Search(
        "Condition",
        new QueryParameter("patient", "1"),
        new QueryParameter("_include", "Condition:asserter")
    );

    private static readonly FhirRequest Members = AnswerCases.Search(
        "Observation",
        new QueryParameter("_include", "Observation:has-member"),
        new QueryParameter("_include", "Observation:performer")
    );

    public static TheoryData<string> Ways => ["stream", "page", "transaction"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Included_ByAnIncludedRecordThatStays_StaysWithIt(string way)
    {
        string[] entries =
        [
            Match(Patient),
            Include(Practitioner("clinic")),
            Include(Condition("c2", "clinic", label: "HIV")),
            Include(Condition("c1", "gp")),
            Include(Practitioner("gp")),
        ];

        Assert.Equal(["1", "c1", "gp"], await IdsAsync(way, Chart, entries));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Included_ByRecordsThatLeave_ComesAlongWithAnyOfThem(string way)
    {
        string[] entries =
        [
            Match(Patient),
            Include(Practitioner("clinic")),
            Include(Condition("c1", "gp")),
            Include(Condition("c2", "clinic")),
            Include(Condition("c3", "gp", label: "HIV")),
            Include(Practitioner("gp")),
        ];

        Assert.Equal(["1", "c1", "c2", "clinic", "gp"], await IdsAsync(way, Chart, entries));
    }

    // The drug itself.
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Included_MedicationOfAnOrderThatStays_StaysWithIt(string way)
    {
        var asked = AnswerCases.Search(
            "Patient",
            new QueryParameter("_revinclude", "MedicationRequest:patient"),
            new QueryParameter("_include:iterate", "MedicationRequest:medication")
        );
        string[] entries =
        [
            Match(Patient),
            Include(Order("m1", "aspirin")),
            Include(Order("m2", "truvada", label: "HIV")),
            Include("""{"resourceType":"Medication","id":"aspirin"}"""),
            Include("""{"resourceType":"Medication","id":"truvada"}"""),
        ];

        Assert.Equal(["1", "aspirin", "m1"], await IdsAsync(way, asked, entries));
    }

    // The recorder of one that leaves is the asserter of one that stays: asked was for asserters.
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Included_NamedByAnotherElementOfWhatLeaves_Stays(string way)
    {
        string[] entries =
        [
            Match(Condition("c1", "y", recorder: "x")),
            Match(Condition("c2", "x", label: "HIV")),
            Include(Practitioner("x")),
            Include(Practitioner("y")),
        ];

        Assert.Equal(["c1", "y"], await IdsAsync(way, Conditions, entries));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Included_NamedByTheElementInBoth_ComesAlong(string way)
    {
        string[] entries =
        [
            Match(Condition("c1", "x", recorder: "y")),
            Match(Condition("c2", "x", label: "HIV")),
            Include(Practitioner("x")),
        ];

        Assert.Equal(["c1", "x"], await IdsAsync(way, Conditions, entries));
    }

    // The other way round: what names a shown record by another element came for one that stays.
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task RevIncluded_ByTheElementAskedForOnly_ComesAlong(string way)
    {
        var asked = AnswerCases.Search("Observation", new QueryParameter("_revinclude", "Observation:derived-from"));
        string[] entries =
        [
            Match(Observation("a", "1")),
            Match(Observation("b", "1", Labelled("HIV"))),
            Include(Observation("ofa", "1", ""","derivedFrom":[{"reference":"Observation/a"}]""")),
            Include(
                Observation("ofb", "1", ""","hasMember":[{"reference":"Observation/a"}],"derivedFrom":[{"reference":"Observation/b"}]""")
            ),
        ];

        Assert.Equal(["a", "ofa"], await IdsAsync(way, asked, entries));
    }

    // R4 lets a server leave the mode out: what is of another type than the one searched is no match.
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Included_WithoutAMode_ComesAlongForWhatLeavesOnly(string way)
    {
        string[] entries =
        [
            Bare(Condition("c1", "y")),
            Bare(Condition("c2", "x", label: "HIV")),
            Bare(Practitioner("x")),
            Bare(Practitioner("y")),
        ];

        Assert.Equal(["c1", "y"], await IdsAsync(way, Conditions, entries));
    }

    // Servers that apply an include to what was included, too, as those of older versions do: as long as every match leaves.
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Included_WithoutIterateFromWhatCameAlong_ComesAlong(string way)
    {
        string[] entries =
        [
            Match(Observation("panel", "1", ""","hasMember":[{"reference":"Observation/member"}]""")),
            Include(Practitioner("dr")),
            Include(Observation("member", "1", ""","performer":[{"reference":"Practitioner/dr"}]""")),
        ];

        Assert.Equal(["dr", "member", "panel"], await IdsAsync(way, Members, entries));
    }

    // What a server finds by more than a reference (an identifier) leaves as long as nothing stays for which it could have come.
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Included_ByNoReferenceThatCanBeRead_ComesAlongWhereNothingStays(string way)
    {
        string[] entries = [Match(Patient), Include(Practitioner("logical")), Include(Condition("c1", "gp")), Include(Practitioner("gp"))];

        Assert.Equal(["1", "c1", "gp", "logical"], await IdsAsync(way, Chart, entries));
        Assert.Equal(["1", "c1", "gp"], await IdsAsync(way, Chart, [.. entries, Include(Condition("c2", "clinic", label: "HIV"))]));
    }

    // Whose record it is stands in the open: an include of the patient needs not see the element.
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Included_PatientOfARecordWithoutItsSubject_ComesAlong(string way)
    {
        var asked = AnswerCases.Search("Observation", new QueryParameter("_include", "Observation:subject"));
        string[] entries = [Match(Observation("a", "1")), Include(Patient)];

        Assert.Equal(["1", "a"], await IdsAsync(way, asked, entries, ElementSet.Of(["status"])));
    }

    private static async Task<List<string>> IdsAsync(string way, FhirRequest asked, string[] entries, ElementSet? elements = null)
    {
        var bundle = $$"""{"resourceType":"Bundle","type":"searchset","entry":[{{string.Join(',', entries)}}]}""";
        var options = new AnswerOptions { HoldsIncluded = true };
        var policy = new TestPolicy
        {
            Patients = ["1"],
            NoLabels = true,
            Elements = elements is null ? [] : new() { ["Observation"] = elements },
        };
        return Ids(await LeavingAsync(way, asked, bundle, policy, options));
    }

    private const string Patient = """{"resourceType":"Patient","id":"1"}""";

    private static string Condition(string id, string asserter, string? recorder = null, string? label = null) =>
        $$$"""
            {"resourceType":"Condition","id":"{{{id}}}","subject":{"reference":"Patient/1"},"asserter":{"reference":"Practitioner/{{{asserter}}}"}
            {{{(recorder is null ? string.Empty : $$""","recorder":{"reference":"Practitioner/{{recorder}}"}""")}}}{{{Labelled(label)}}}}
            """;

    private static string Order(string id, string medication, string? label = null) =>
        $$$"""
            {"resourceType":"MedicationRequest","id":"{{{id}}}","subject":{"reference":"Patient/1"},
            "medicationReference":{"reference":"Medication/{{{medication}}}"}{{{Labelled(label)}}}}
            """;

    private static string Labelled(string? label) =>
        label is null
            ? string.Empty
            : $$$""","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"{{{label}}}"}]}""";
}

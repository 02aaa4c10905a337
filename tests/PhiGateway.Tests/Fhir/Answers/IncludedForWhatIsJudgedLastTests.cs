using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>
/// Matches that may be about anything (a Task, answers to a form, a Provenance) are judged after the rest of an answer: until then nobody
/// knows that none of them stays, and what came along waits for that.
/// </summary>
public sealed class IncludedForWhatIsJudgedLastTests
{
    private static readonly FhirRequest Tasks = AnswerCases.Search("Task", new QueryParameter("_include", "Task:owner"));

    private static readonly FhirRequest Answers = AnswerCases.Search(
        "QuestionnaireResponse",
        new QueryParameter("_include", "QuestionnaireResponse:author"),
        new QueryParameter("_revinclude:iterate", "Provenance:target")
    );

    private static readonly FhirRequest Provenances = AnswerCases.Search("Provenance", new QueryParameter("_include", "Provenance:target"));

    public static TheoryData<string> Ways => ["stream", "page", "transaction"];

    // The legitimate twin in each: the same of a patient that the client may see.
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Included_OwnerOfATask_LeavesWithItOnly(string way)
    {
        Assert.Equal(["dra", "t1"], await IdsAsync(way, Tasks, Both("2")));
        Assert.Equal(["dra", "drb", "t1", "t2"], await IdsAsync(way, Tasks, Both("1")));
        Assert.Equal(["dra", "t1"], await IdsAsync(way, Tasks, Turned(Both("2"))));
        Assert.Equal(["dra", "drb", "t1", "t2"], await IdsAsync(way, Tasks, Turned(Both("1"))));
        Assert.Empty(await IdsAsync(way, Tasks, [Match(TaskOf("t2", "2", "drb")), Include(Practitioner("drb"))]));

        static string[] Both(string patient) =>
            [
                Match(TaskOf("t1", "1", "dra")),
                Match(TaskOf("t2", patient, "drb")),
                Include(Practitioner("dra")),
                Include(Practitioner("drb")),
            ];
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Included_AuthorOfAnswers_LeavesWithThemOnly(string way)
    {
        Assert.Equal(["dra", "r1"], await IdsAsync(way, Answers, Both("2")));
        Assert.Equal(["dra", "drb", "r1", "r2"], await IdsAsync(way, Answers, Both("1")));

        static string[] Both(string patient) =>
            [
                Match(AnswersOf("r1", "1", "dra")),
                Include(Practitioner("drb")),
                Include(Practitioner("dra")),
                Match(AnswersOf("r2", patient, "drb")),
            ];
    }

    // What was included for the sake of what was included, and is judged last itself.
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Included_ProvenanceOfAnAuthor_LeavesWithTheAuthor(string way)
    {
        string[] entries =
        [
            Match(AnswersOf("r1", "1", "dra")),
            Match(AnswersOf("r2", "2", "drb")),
            Include(Practitioner("dra")),
            Include(Practitioner("drb")),
            Include(Provenance("pa", "Practitioner/dra")),
            Include(Provenance("pb", "Practitioner/drb")),
        ];

        Assert.Equal(["dra", "pa", "r1"], await IdsAsync(way, Answers, entries));
    }

    // What a server brings beyond what was asked for tells nothing as long as every match leaves.
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Included_ByAnElementThatWasNotAskedFor_LeavesWhereEveryMatchDoes(string way)
    {
        string[] entries = [Match(TaskOf("t1", "1", "dra")), Include(Practitioner("dra")), Include(Practitioner("found"))];

        Assert.Equal(["dra", "found", "t1"], await IdsAsync(way, Tasks, entries));
        Assert.Equal(["dra", "t1"], await IdsAsync(way, Tasks, [.. entries, Match(TaskOf("t2", "2", "found"))]));
    }

    // Nothing was asked to come along at all: a page holds back what comes all the same.
    [Theory]
    [InlineData("1", "dra drb t1 t2")]
    [InlineData("2", "t1")]
    public async Task Included_ThatNobodyAskedFor_LeavesWhereEveryMatchDoes(string patient, string shown)
    {
        string[] entries =
        [
            Match(TaskOf("t1", "1", "dra")),
            Match(TaskOf("t2", patient, "drb")),
            Include(Practitioner("dra")),
            Include(Practitioner("drb")),
        ];

        Assert.Equal(shown, string.Join(' ', await IdsAsync("page", AnswerCases.Search("Task"), entries)));
    }

    // A match is judged by what came along for it, and that leaves for its sake: each waits for the other.
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Included_TargetsOfAProvenance_LeaveWithItOnly(string way)
    {
        string[] entries =
        [
            Match(Provenance("p1", "Observation/a")),
            Match(Provenance("p2", "Observation/a", "Observation/foreign")),
            Match(Provenance("p3", "Observation/b", "Observation/foreign")),
            Include(Observation("a", "1")),
            Include(Observation("b", "1")),
            Include(Observation("foreign", "2")),
        ];

        Assert.Equal(["a", "p1"], await IdsAsync(way, Provenances, entries));
        Assert.Equal(["a", "p1"], await IdsAsync(way, Provenances, Turned(entries)));
    }

    // A target that may be about anything itself.
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Included_TaskThatAProvenanceSpeaksOf_LeavesWithIt(string way)
    {
        string[] own = [Match(Provenance("p", "Task/t")), Include(TaskOf("t", "1", "dra"))];
        string[] foreign = [Match(Provenance("p", "Task/t")), Include(TaskOf("t", "2", "dra"))];

        Assert.Equal(["p", "t"], await IdsAsync(way, Provenances, own));
        Assert.Equal(["p", "t"], await IdsAsync(way, Provenances, Turned(own)));
        Assert.Empty(await IdsAsync(way, Provenances, foreign));
        Assert.Empty(await IdsAsync(way, Provenances, Turned(foreign)));
    }

    private static async Task<List<string>> IdsAsync(string way, FhirRequest asked, string[] entries)
    {
        var bundle = $$"""{"resourceType":"Bundle","type":"searchset","entry":[{{string.Join(',', entries)}}]}""";
        var text = await LeavingAsync(way, asked, bundle, TestPolicy.For("1"), new AnswerOptions { HoldsIncluded = true });
        return text.Contains("\"resource\"", StringComparison.Ordinal) ? Ids(text) : [];
    }

    private static string[] Turned(string[] entries) => [.. Enumerable.Reverse(entries)];

    private static string TaskOf(string id, string patient, string owner) =>
        $$$"""
            {"resourceType":"Task","id":"{{{id}}}","status":"requested","for":{"reference":"Patient/{{{patient}}}"},
            "owner":{"reference":"Practitioner/{{{owner}}}"}}
            """;

    private static string AnswersOf(string id, string patient, string author) =>
        $$$"""
            {"resourceType":"QuestionnaireResponse","id":"{{{id}}}","subject":{"reference":"Patient/{{{patient}}}"},
            "author":{"reference":"Practitioner/{{{author}}}"}}
            """;

    private static string Provenance(string id, params string[] targets)
    {
        var references = targets.Select(static target => $$"""{"reference":"{{target}}"}""");
        return $$"""{"resourceType":"Provenance","id":"{{id}}","target":[{{string.Join(',', references)}}]}""";
    }
}

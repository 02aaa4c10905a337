using System.Buffers;
using System.Text;
using PhiGateway.Fhir.Answers;
using PhiGateway.Policy.Vocabulary;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>
/// What speaks of a record that stays stays also where that record was passed over, or is one of more than are kept in mind.
/// </summary>
public sealed class PassedOverTargetsTests
{
    private const string Restricted = """
        ,"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]}
        """;

    private static readonly TestPolicy Policy = new() { Ceiling = Confidentiality.Normal, OwnStaff = true };

    // Both belong to a page before this one, which begins in the middle of the upstream's.
    [Theory]
    [InlineData("shown", true)]
    [InlineData("hidden", false)]
    public void Page_ThatBeginsBehindWhatIsSpokenOf_KnowsItAllTheSame(string target, bool leaves)
    {
        var disclosure = new Disclosure();
        using var page = new PagedAnswer(Search(), Policy, Context, new ArrayBufferWriter<byte>(), disclosure, AnswerOptions.Default, 5, 2);

        Assert.True(
            page.TryTake(
                Encoding.UTF8.GetBytes(
                    Bundle(Observation("shown", "1"), Observation("hidden", "1", Restricted), Provenance($"Observation/{target}"))
                )
            )
        );

        Assert.Equal(leaves ? ["of-it"] : [], disclosure.Resources.Select(static one => one.Id));
    }

    [Theory]
    [InlineData(19_000, true)]
    [InlineData(20_001, false)]
    public void Filter_MoreThatStayThanAreKeptInMind_KeepBackWhatSpeaksOfTheUnknown(int hidden, bool leaves)
    {
        var known = new KnownTargets();
        known.Hide(ResourceType.Parse("Observation"), [.. Enumerable.Range(0, hidden).Select(static place => $"o{place}")]);

        var answer = Filter(
            Search("Provenance"),
            Bundle(Provenance("Observation/unknown")),
            Policy,
            AnswerOptions.Default with
            {
                Targets = known,
            }
        );

        Assert.Equal(leaves ? 1 : 0, answer.Disclosure.Resources.Count);
    }

    private static string Provenance(string target) =>
        $$"""
            {"resourceType":"Provenance","id":"of-it","target":[{"reference":"{{target}}"}],"recorded":"2026-05-01T00:00:00Z",
            "agent":[{"who":{"reference":"Practitioner/9"} }]}
            """;

    private static string Bundle(params string[] resources) =>
        $$"""{"resourceType":"Bundle","type":"searchset","entry":[{{string.Join(',', resources.Select(Match))}}]}""";
}

using System.Text.Json.Nodes;
using PhiGateway.Fhir.Answers;
using PhiGateway.Policy.Vocabulary;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>Parameters leave as they are to whom all of them may; of what stays in them nothing is left, or it is said.</summary>
public sealed class ParametersTests
{
    [Theory]
    [InlineData(
        ""","language":"de","_language":{"id":"l"},"implicitRules":"http://example.org/rules" """,
        """{"name":"a","valueString":"x"}"""
    )]
    [InlineData("", """{"id":"p","name":"a","valueString":"x"}""")]
    [InlineData("", """{"extension":[{"url":"http://x","valueCode":"y"}],"name":"a","valueString":"x"}""")]
    [InlineData("", """{"name":"a","_name":{"id":"n"},"_valueString":{"extension":[{"url":"http://x","valueCode":"y"}]}}""")]
    [InlineData("", """{"name":"a"}""")]
    [InlineData("", """{"name":"a","modifierExtension":[{"url":"http://x","valueBoolean":true}]}""")]
    [InlineData("", """{"name":"a","part":[{"name":"b"},{"name":"c","valueCode":"d"}]}""")]
    [InlineData("", """{"name":"a","resource":{"resourceType":"Patient","id":"1"}},{"name":"b","valueCode":"c"}""")]
    public void Filter_AllOfItMayLeave_LeavesAsItIs(string own, string parameters)
    {
        var stored = $$"""{"resourceType":"Parameters","id":"p1"{{own}},"parameter":[{{parameters}}]}""";

        var answer = Filter(Read("Parameters", "p1"), stored, TestPolicy.Everything);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(stored), JsonNode.Parse(answer.Text)), answer.Text);
        var found = Filter(Search("Parameters"), SearchSet(stored, stored), TestPolicy.Everything);
        Assert.All(
            JsonNode.Parse(found.Text)!["entry"]!.AsArray(),
            entry => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(stored), entry!["resource"]), found.Text)
        );
    }

    [Fact]
    public void Filter_ResourceThatMustStay_TakesItsNameAlong()
    {
        var answer = Filter(
            Read("Parameters", "p1"),
            $$"""
            {"resourceType":"Parameters","id":"p1","parameter":[{"name":"seen","resource":{{Observation(
                "a",
                "1"
            )}} },{"name":"CANARY","resource":{{Observation(
                "b",
                "2"
            )}} },{"name":"CANARY","part":[{"name":"CANARY","resource":{{Observation("c", "2")}} }]}]}
            """,
            TestPolicy.For("1")
        );

        Assert.DoesNotContain("CANARY", answer.Text);
        Assert.Contains("\"seen\"", answer.Text);
        Assert.Equal(
            (1, 2),
            (
                answer.Disclosure.Resources.Count(static one => one.Type.Name == "Observation"),
                answer.Disclosure.CountOf(PhiGateway.Policy.Decisions.WithholdReason.OutsidePatients)
            )
        );
    }

    [Theory]
    [InlineData("""{"resourceType":"Observation","id":"b","status":"final","Status":"x"}""")]
    [InlineData("""{"resourceType":"Nonsense"}""")]
    public void Filter_ResourceThatCannotBeRead_StaysAloneAndIsSpokenOf(string unreadable)
    {
        var answer = Filter(
            Request(Interaction.Operation, "Patient"),
            $$"""
            {"resourceType":"Parameters","parameter":[{"name":"one","resource":{{Observation(
                "a",
                "1"
            )}} },{"name":"two","resource":{{unreadable}} }]}
            """,
            TestPolicy.Everything
        );

        Assert.Equal(AnswerVerdict.Rewritten, answer.Verdict);
        var list = answer.Json.GetProperty("parameter");
        Assert.Equal("a", list[0].GetProperty("resource").GetProperty("id").GetString());
        Assert.Equal("incomplete", list[1].GetProperty("resource").GetProperty("issue")[0].GetProperty("code").GetString());
        Assert.Equal(1, answer.Disclosure.Unread);
    }

    [Fact]
    public void Filter_OutcomeInside_KeepsItsCodesAndNoWord()
    {
        var answer = Filter(
            Request(Interaction.Operation, "Patient"),
            """
            {"resourceType":"Parameters","parameter":[{"name":"outcome","resource":{"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"not-found","diagnostics":"CANARY"}]}}]}
            """,
            TestPolicy.Everything
        );

        Assert.DoesNotContain("CANARY", answer.Text);
        Assert.Contains("\"code\":\"not-found\"", answer.Text);
    }
}

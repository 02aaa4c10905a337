using System.Text;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>What cannot be read stays alone, counted and spoken of; what cannot be followed is spoken of.</summary>
public sealed class UnreadEntryTests
{
    [Theory]
    [InlineData("""{"resource":[{"resourceType":"Patient","id":"1"}]}""")]
    [InlineData("""{"resource":{"resourceType":"Nonsense"}}""")]
    [InlineData("""{"resource":{"resourceType":"Patient","id":"1"},"resource":{"resourceType":"Patient","id":"2"}}""")]
    [InlineData("""{"resource":{"resourceType":"Patient","id":"1","id":"2"}}""")]
    [InlineData("""{"resource":{"resourceType":"Patient","id":"1","Id":"2"}}""")]
    [InlineData("""{"resource":"x"}""")]
    [InlineData("""{"fullUrl":1}""")]
    [InlineData("""{"search":{"mode":"match","mode":"include"}}""")]
    [InlineData("""{"resource":{"resourceType":"Patient","id":"1","meta":[]}}""")]
    [InlineData("""{"resource":{"resourceType":"Patient","id":"1","name":"\ud800"}}""")]
    public void Filter_OneBadEntry_StaysAlone(string entry)
    {
        var body = SearchSet(Observation("a", "1"), Observation("b", "1")).Replace("\"entry\":[", "\"entry\":[" + entry + ",");

        var answer = Filter(Search(), body, TestPolicy.For("1"));

        Assert.Equal(AnswerVerdict.Rewritten, answer.Verdict);
        Assert.Equal(["a", "b"], Resources(answer));
        Assert.Contains("\"code\":\"incomplete\"", answer.Text);
        Assert.Equal((2, 1, 1), (answer.Disclosure.Resources.Count, answer.Disclosure.Withheld, answer.Disclosure.Unread));
        Assert.Equal(1, answer.Disclosure.CountOf(WithholdReason.Unjudgeable));
    }

    [Fact]
    public void Filter_EveryEntryReadable_SaysNothing()
    {
        var answer = Filter(Search(), SearchSet(Observation("a", "1"), Observation("b", "2")), TestPolicy.For("1"));

        Assert.Equal(["a"], answer.Ids);
        Assert.DoesNotContain("incomplete", answer.Text);
        Assert.Equal((1, 0), (answer.Disclosure.CountOf(WithholdReason.OutsidePatients), answer.Disclosure.Unread));
    }

    [Fact]
    public void Filter_InvalidUtf8InOneEntry_StaysAlone()
    {
        var body = Encoding.UTF8.GetBytes(SearchSet(Observation("a", "1", ",\"note\":\"?\""), Observation("b", "1")));
        body[Array.IndexOf(body, (byte)'?')] = 0xFF;

        Assert.Equal(["b"], Resources(Filter(Search(), body, TestPolicy.For("1"))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Filter_NextThatCannotBeSealed_IsSaid(bool canSeal)
    {
        var body = SearchSet(Observation("a", "1"))
            .Replace("\"entry\"", "\"link\":[{\"relation\":\"next\",\"url\":\"https://elsewhere.example/2\"}],\"entry\"");

        var answer = Filter(Search(), body, TestPolicy.For("1"), new AnswerOptions { Links = new Sealer(canSeal) });

        Assert.Equal(["a"], Resources(answer));
        Assert.Equal(!canSeal, answer.Disclosure.CannotFollow);
        Assert.Equal(!canSeal, answer.Text.Contains("\"code\":\"incomplete\""));
        Assert.Equal(canSeal, answer.Text.Contains("\"relation\":\"next\""));
        Assert.DoesNotContain("elsewhere.example", answer.Text);
    }

    [Theory]
    [InlineData(true, "_summary", "count", 42)]
    [InlineData(true, "_count", "0", 42)]
    [InlineData(false, "_summary", "count", 0)]
    [InlineData(true, "_count", "5", 0)]
    public void Filter_BareCount_IsTheUpstreamsWhereNothingCouldBeWithheld(bool isWhole, string name, string value, int total)
    {
        var answer = Filter(
            Search("Observation", new QueryParameter(name, value)),
            """{"resourceType":"Bundle","type":"searchset","total":42}""",
            TestPolicy.Everything,
            new AnswerOptions { CountIsWhole = isWhole }
        );

        Assert.Equal(total, answer.Json.GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData("searchset", "\"search\":{\"mode\":\"outcome\"}")]
    [InlineData("collection", null)]
    [InlineData("history", "\"request\":{\"method\":\"GET\",\"url\":\"OperationOutcome\"}")]
    public void Filter_WhatIsMissingOfAnyBundleOfAnOperation_IsSaidInTheFormOfItsType(string type, string? form)
    {
        const string Unread = """{"resource":{"resourceType":"Patient","id":"1","id":"2"}}""";
        const string Next = "\"link\":[{\"relation\":\"next\",\"url\":\"https://elsewhere.example/2\"}],\"entry\"";
        var whole = $$"""{"resourceType":"Bundle","type":"{{type}}","entry":[{"resource":{{Observation("a", "1")}} }]}""";
        foreach (var body in (string[])[whole.Replace("\"entry\":[", "\"entry\":[" + Unread + ","), whole.Replace("\"entry\"", Next)])
        {
            var answer = Filter(Request(Interaction.Operation, "Patient", "1"), body, TestPolicy.For("1"));

            Assert.Equal(["a"], Resources(answer));
            Assert.Contains("\"code\":\"incomplete\"", answer.Text);
            Assert.Equal(form is not null, answer.Text.Contains("\"search\"") || answer.Text.Contains("\"request\""));
            Assert.Contains(form ?? string.Empty, answer.Text);
        }

        Assert.DoesNotContain("incomplete", Filter(Request(Interaction.Operation, "Patient", "1"), whole, TestPolicy.For("1")).Text);
    }

    [Fact]
    public void Filter_ByteOrderMark_IsPassedBy()
    {
        var single = Filter(Read("Observation", "a"), "\uFEFF" + Observation("a", "1"), TestPolicy.For("1"));
        var bundle = Filter(Search(), "\uFEFF" + SearchSet(Observation("a", "1")), TestPolicy.For("1"));

        Assert.Equal((AnswerVerdict.Rewritten, Observation("a", "1")), (single.Verdict, single.Text));
        Assert.Equal(["a"], bundle.Ids);
    }

    /// <summary>What is withheld by a decision leaves no trace in the answer, whatever it says.</summary>
    [Theory]
    [InlineData(""","valueString":"one" """, ""","valueString":"another, longer one" """)]
    [InlineData(""","note":[{"text":"http://ehr.internal/r4/Patient/2"}]""", ""","note":[]""")]
    [InlineData("", ""","contained":[{"resourceType":"Patient","id":"p"}]""")]
    [InlineData("", ""","meta":{"security":[{"system":"urn:x","code":"HIV"}]}""")]
    public void Filter_FieldOfAWithheldRecordSwapped_ChangesNoByte(string before, string after)
    {
        string With(string extra) =>
            Filter(
                Search(),
                SearchSet(Observation("a", "1"), Observation("hidden", "2", extra), Observation("b", "1")),
                TestPolicy.For("1")
            ).Text;

        Assert.Equal(With(before), With(after));
    }

    private static IEnumerable<string> Resources(Filtered answer) =>
        answer
            .Json.GetProperty("entry")
            .EnumerateArray()
            .Select(static entry => entry.GetProperty("resource"))
            .Where(static resource => resource.GetProperty("resourceType").GetString() != "OperationOutcome")
            .Select(static resource => resource.GetProperty("id").GetString()!);

    private sealed class Sealer(bool canSeal) : ILinkSealer
    {
        public string? Seal(string relation, string upstreamUrl) => canSeal ? "https://gw.example/fhir?_page=x" : null;
    }
}

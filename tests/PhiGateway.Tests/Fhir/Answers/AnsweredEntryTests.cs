using System.Text;
using PhiGateway.Fhir.Answers;
using PhiGateway.Policy.Vocabulary;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>
/// In answers by position each entry keeps its place: what became of a write is said though its resource cannot be read, and where it is, by
/// names of ours.
/// </summary>
public sealed class AnsweredEntryTests
{
    private const string TwoKeys =
        """{"resourceType":"Observation","id":"b","status":"final","status":"amended","subject":{"reference":"Patient/1"}}""";

    [Theory]
    [InlineData("transaction", Interaction.Transaction)]
    [InlineData("batch", Interaction.Batch)]
    public void Filter_OneResourceThatCannotBeRead_KeepsItsPlace(string kind, Interaction interaction)
    {
        var answer = Ask(
            kind,
            interaction,
            Written("a", Observation("a", "1")),
            Written("b", TwoKeys),
            Written("c", Observation("c", "1"))
        );

        Assert.Equal(AnswerVerdict.Rewritten, answer.Verdict);
        var entries = answer.Json.GetProperty("entry");
        Assert.Equal(3, entries.GetArrayLength());
        Assert.Equal("a", entries[0].GetProperty("resource").GetProperty("id").GetString());
        Assert.Equal("c", entries[2].GetProperty("resource").GetProperty("id").GetString());
        Assert.False(entries[1].TryGetProperty("resource", out _));
        var response = entries[1].GetProperty("response");
        Assert.Equal("200 OK", response.GetProperty("status").GetString());
        Assert.Equal("W/\"2\"", response.GetProperty("etag").GetString());
        Assert.Equal("https://gw.example/fhir/Observation/b/_history/2", response.GetProperty("location").GetString());
        Assert.Equal("incomplete", response.GetProperty("outcome").GetProperty("issue")[0].GetProperty("code").GetString());
        Assert.Equal((2, 1), (answer.Disclosure.Resources.Count, answer.Disclosure.Unread));
    }

    [Fact]
    public void Filter_ReadWhoseResourceCannotBeRead_HasFailedAsItWouldAlone()
    {
        var request = Request(Interaction.Transaction, entries: [Read("Observation", "b"), Read("Observation", "a")]);
        var body = Answered("transaction", Written("b", TwoKeys), Written("a", Observation("a", "1")));

        var entries = Filter(request, body, TestPolicy.For("1")).Json.GetProperty("entry");

        Assert.Equal("502", entries[0].GetProperty("response").GetProperty("status").GetString());
        Assert.False(entries[0].GetProperty("response").TryGetProperty("location", out _));
        Assert.Equal("a", entries[1].GetProperty("resource").GetProperty("id").GetString());
    }

    [Fact]
    public void Filter_NestedBundleThatCannotBeRead_KeepsItsPlaceAndRecordsNothingOfIt()
    {
        var nested =
            $$"""{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{{Observation("x", "1")}} },{"resource":{{Observation("y", "1")}} }],"entry":[]}""";
        var request = Request(Interaction.Transaction, entries: [Search(), Read("Observation", "a")]);
        var body = Answered(
            "transaction",
            $$"""{"resource":{{nested}},"response":{"status":"200"} }""",
            Written("a", Observation("a", "1"))
        );

        var answer = Filter(request, body, TestPolicy.For("1"));

        Assert.Equal(AnswerVerdict.Rewritten, answer.Verdict);
        Assert.Equal(["a"], answer.Disclosure.Resources.Select(static one => one.Id));
        Assert.Equal(1, answer.Disclosure.Unread);
    }

    [Theory]
    [InlineData("""{"resource":{},"resource":{}}""")]
    [InlineData("""{"resource":{"a":1,"a":2},"response":{"status":"200"},"response":{"status":"404"}}""")]
    [InlineData("""{"resource":{"a":1,"a":2},"response":{"status":"x"}}""")]
    [InlineData("""{"resource":{"a":1,"a":2},"response":{"status":"200","status":"404"}}""")]
    public void Filter_NobodyKnowsWhatBecameOfAnEntry_IsUnreadable(string entry) =>
        Assert.Equal(AnswerVerdict.Unreadable, Ask("transaction", Interaction.Transaction, entry).Verdict);

    [Theory]
    [InlineData("http://ehr.internal/r4/Observation/a/_history/1", "https://gw.example/fhir/Observation/a/_history/1")]
    [InlineData("HTTP://EHR.internal/r4/Observation/a", "https://gw.example/fhir/Observation/a")]
    [InlineData("http://ehr.internal:80/r4/Observation/a", "https://gw.example/fhir/Observation/a")]
    [InlineData("/r4/Observation/a", "https://gw.example/fhir/Observation/a")]
    [InlineData("Observation/a/_history/1", "https://gw.example/fhir/Observation/a/_history/1")]
    [InlineData("http:\\/\\/ehr.internal\\/r4\\/Observation\\/a", "https://gw.example/fhir/Observation/a")]
    [InlineData("https://other.example/r4/Observation/a", null)]
    [InlineData("http://ehr.internal/r4/Observation?x=CANARY", null)]
    public void Filter_WhereAnEntryIs_IsToldByNamesOfOursOrSpokenOf(string location, string? told)
    {
        var entry = $$"""{"response":{"status":"201 Created","location":"{{location}}"} }""";

        var answer = Ask("transaction", Interaction.Transaction, entry);

        var response = answer.Json.GetProperty("entry")[0].GetProperty("response");
        Assert.Equal(told, response.TryGetProperty("location", out var place) ? place.GetString() : null);
        Assert.Equal(told is null, answer.Disclosure.CannotFollow);
        Assert.DoesNotContain("CANARY", answer.Text);
    }

    [Fact]
    public void Filter_PlaceThatHasNoNameOfAResourceThatLeaves_IsThatResources()
    {
        var entry =
            $$"""{"resource":{{Observation("a", "1")}},"response":{"status":"201","location":"https://other.example/r4/Observation/a"} }""";

        var answer = Ask("transaction", Interaction.Transaction, entry);

        Assert.Contains("\"location\":\"https://gw.example/fhir/Observation/a\"", answer.Text);
        Assert.False(answer.Disclosure.CannotFollow);
    }

    [Fact]
    public void Filter_ServerThatNamesItselfOtherwise_IsToldOfOnceItIsMet()
    {
        var sealer = new Listener();
        var request = Request(Interaction.Transaction, entries: [Request(Interaction.Create, "Observation")]);
        Filter(
            request,
            Answered("transaction", """{"response":{"status":"201","location":"https://other.example/r4/Observation/a"}}"""),
            TestPolicy.For("1"),
            new AnswerOptions { Judges = [TestPolicy.For("1")], Sealers = [sealer] }
        );
        Filter(
            Search(),
            """{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"https://other.example/r4/Observation"}]}""",
            TestPolicy.For("1"),
            new AnswerOptions { Links = sealer }
        );

        Assert.Equal(["location https://other.example/r4/Observation/a", "self https://other.example/r4/Observation"], sealer.Told);
    }

    private static Filtered Ask(string kind, Interaction interaction, params string[] entries) =>
        Filter(
            Request(interaction, entries: [.. entries.Select(static _ => Request(Interaction.Update, "Observation"))]),
            Encoding.UTF8.GetBytes(Answered(kind, entries)),
            TestPolicy.For("1")
        );

    private static string Answered(string kind, params string[] entries) =>
        $$"""{"resourceType":"Bundle","type":"{{kind}}-response","entry":[{{string.Join(',', entries)}}]}""";

    private static string Written(string id, string resource) =>
        $$"""{"resource":{{resource}},"response":{"status":"200","etag":"W/\"2\"","location":"Observation/{{id}}/_history/2"} }""";

    private sealed class Listener : ILinkSealer
    {
        public List<string> Told { get; } = [];

        public string? Seal(string relation, string upstreamUrl)
        {
            Told.Add($"{relation} {upstreamUrl}");
            return null;
        }
    }
}

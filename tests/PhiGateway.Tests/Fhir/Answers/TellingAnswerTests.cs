using System.Text;
using System.Text.Json;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Fhir.Requests;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>What a server says beside its records: told where it hides nobody, and no reason to lose the records.</summary>
public sealed class TellingAnswerTests
{
    private static readonly AnswerOptions Whole = new() { CountIsWhole = true, Links = new AnyLink() };
    private static readonly AnswerOptions Confined = new() { Links = new AnyLink() };

    [Theory]
    [InlineData(null, 1234)]
    [InlineData("estimate", 1234)]
    [InlineData("accurate", 1234)]
    [InlineData("none", null)]
    public void Filter_FirstOfSeveralPages_TellsTheServersCountToWhomNothingIsHidden(string? asked, int? told)
    {
        var request = asked is null ? Search() : Search("Observation", new QueryParameter("_total", asked));

        Assert.Equal(told, TotalOf(Filter(request, Page(), TestPolicy.Everything, Whole)));
        Assert.Null(TotalOf(Filter(request, Page(), TestPolicy.For("1"), Confined)));
    }

    [Fact]
    public void Filter_PageThatIsAll_CountsWhatIsOnIt() =>
        Assert.Equal(1, TotalOf(Filter(Search(), SearchSet(Observation("a", "1")), TestPolicy.Everything, Whole)));

    [Theory]
    [InlineData("\"issues\":{\"resourceType\":\"OperationOutcome\",\"issue\":[]}")]
    [InlineData("\"query-time\":3")]
    [InlineData("\"query-time\":3,\"query-time\":4")]
    [InlineData("\"extension\":[{\"url\":\"a\",\"valueString\":\"secret\"}]")]
    public void Filter_MemberThatR4DoesNotHaveBesideTheEntries_TakesNothingAlong(string member)
    {
        foreach (var page in (string[])[With(member, isFirst: true), With(member, isFirst: false)])
        {
            var answer = Filter(Search(), page, TestPolicy.For("1"));

            Assert.Equal((AnswerVerdict.Rewritten, "a"), (answer.Verdict, Assert.Single(answer.Ids)));
            Assert.DoesNotContain(member.Split(':')[0], answer.Text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("\"Entry\":[]")]
    [InlineData("\"ENTRY\":[]")]
    [InlineData("\"Type\":\"history\"")]
    [InlineData("\"entry\":[]")]
    [InlineData("\"\\u0065ntry\":[]")]
    [InlineData("\"\\u0045ntry\":[]")]
    [InlineData("\"query\\u002dtime\":3")]
    [InlineData("\"issues\":{\"a\":1,\"a\":2}")]
    public void Filter_MemberThatAnotherMayTakeForAKnownOne_IsUnreadable(string member) =>
        Assert.Equal(AnswerVerdict.Unreadable, Filter(Search(), With(member, isFirst: false), TestPolicy.Everything).Verdict);

    [Fact]
    public void Filter_OutcomeOfAnOperation_SaysToWhomNothingIsHiddenThatItFailed()
    {
        const string Failed =
            """{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-found","diagnostics":"Jane Muster"}]}""";
        var operation = RequestFixture.Understood("GET", "/fhir/Patient/17/$everything");

        var told = Filter(operation, Failed, TestPolicy.Everything, Whole);
        var kept = Filter(operation, Failed, TestPolicy.For("1"), Confined);

        Assert.Equal("error", SeverityOf(told));
        Assert.Equal("information", SeverityOf(kept));
        Assert.DoesNotContain("Muster", told.Text + kept.Text, StringComparison.Ordinal);
    }

    // What every loader asks for: where the record is that its create found.
    [Theory]
    [InlineData("17", "https://gw.example/fhir/Patient/17")]
    [InlineData("18", null)]
    public void Filter_CreateThatFoundItsMatch_SaysWhereThatIs(string shown, string? location)
    {
        const string Bundle = """
            {"resourceType":"Bundle","type":"transaction","entry":[
              {"request":{"method":"DELETE","url":"Observation?identifier=a|0"}},
              {"fullUrl":"urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0b","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient","ifNoneExist":"identifier=a|1"}},
              {"request":{"method":"GET","url":"Patient/17"}}]}
            """;
        var asked = RequestFixture.Understood("POST", "/fhir", RequestFixture.Json, Bundle);
        var reading = TransactionForms.Read(
            asked,
            [null, ConditionalWrite.OnMatch(asked.Entries[1], "17"), null],
            new Dictionary<string, string>(),
            new HashSet<int> { 0 },
            RequestFixture.Context
        );
        Assert.True(reading.TryGet(out var plain, out _), reading.Detail);
        const string Answer = """{"resource":{"resourceType":"Patient","id":"17"},"response":{"status":"200","etag":"W/\"1\""} }""";
        var answer = Filter(
            plain,
            $$"""{"resourceType":"Bundle","type":"transaction-response","entry":[{{Answer}},{{Answer}}]}""",
            TestPolicy.For(shown),
            new AnswerOptions { Idle = new HashSet<int> { 0 } }
        );

        var entries = answer.Json.GetProperty("entry");
        Assert.Equal((string?[])[null, location, null], entries.EnumerateArray().Select(LocationOf));
    }

    private static string? LocationOf(JsonElement entry) =>
        entry.GetProperty("response").TryGetProperty("location", out var location) ? location.GetString() : null;

    private static int? TotalOf(Filtered answer) => answer.Json.TryGetProperty("total", out var total) ? total.GetInt32() : null;

    private static string? SeverityOf(Filtered answer) => answer.Json.GetProperty("issue")[0].GetProperty("severity").GetString();

    private static string Page() =>
        $$"""
            {"resourceType":"Bundle","type":"searchset","total":1234,
             "link":[{"relation":"next","url":"https://ehr.internal:8443/r4?page=2"}],
             "entry":[{"resource":{{Observation("a", "1")}},"search":{"mode":"match"} }]}
            """;

    private static string With(string member, bool isFirst)
    {
        const string Type = "\"resourceType\":\"Bundle\",\"type\":\"searchset\"";
        var text = new StringBuilder("{").Append(isFirst ? $"{member},{Type}" : Type);
        text.Append(",\"entry\":[{\"resource\":").Append(Observation("a", "1")).Append("}]");
        return text.Append(isFirst ? string.Empty : "," + member).Append('}').ToString();
    }

    private sealed class AnyLink : ILinkSealer
    {
        public string? Seal(string relation, string upstreamUrl) => "https://gw.example/fhir/?_page=" + relation;
    }
}

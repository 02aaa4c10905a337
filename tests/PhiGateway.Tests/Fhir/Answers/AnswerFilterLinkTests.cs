using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>The links of a page: sealed, rewritten to the gateway's base or dropped, and what the self link says of the search.</summary>
public sealed class AnswerFilterLinkTests
{
    [Fact]
    public void Filter_Links_AreSealedRewrittenOrDropped()
    {
        var body = """
            {"resourceType":"Bundle","type":"searchset","total":500,"link":[{"relation":"self","url":"https:\/\/ehr.internal:8443\/r4\/Observation?patient=1&code=a%7Cb"},
            {"relation":"next","url":"https://ehr.internal:8443/r4?_getpages=CANARY"},{"relation":"last","url":"https://ehr.internal:8443/r4?_getpages=CANARY&p=9"},{"relation":"about","url":"https://ehr.internal:8443/CANARY"}]}
            """;
        var plain = Filter(Search(), body, TestPolicy.Everything);
        Assert.Equal(
            "https://gw.example/fhir/Observation?patient=1&code=a%7Cb",
            Assert.Single(plain.Json.GetProperty("link").EnumerateArray()).GetProperty("url").GetString()
        );
        Assert.False(plain.Json.TryGetProperty("total", out _));
        Assert.DoesNotContain("CANARY", plain.Text);

        var sealer = new OnlyNext();
        var paged = Filter(Search(), body, TestPolicy.Everything, new AnswerOptions { Links = sealer });
        Assert.Equal("https://ehr.internal:8443/r4?_getpages=CANARY", sealer.Given["next"]);
        Assert.Equal(
            ["self", "next"],
            paged.Json.GetProperty("link").EnumerateArray().Select(static link => link.GetProperty("relation").GetString())
        );
        Assert.Equal("https://gw.example/fhir?page=\"sealed\"", paged.Json.GetProperty("link")[1].GetProperty("url").GetString());
        Assert.DoesNotContain("CANARY", paged.Text);
    }

    [Theory]
    [InlineData("https://elsewhere.example/r4/Observation?patient=1", null)]
    [InlineData("https://ehr.internal:8443/r4evil/Observation", null)]
    [InlineData("https://ehr.internal:8443/r4?_type=Observation", "https://gw.example/fhir?_type=Observation")]
    [InlineData("http://ehr.internal/r4/Observation", "https://gw.example/fhir/Observation")]
    public void Filter_SelfLink_StaysOnlyBelowAKnownBase(string self, string? rewritten)
    {
        var answer = Filter(
            Search(),
            $$"""{"resourceType":"Bundle","type":"searchset","link":[{"url":"{{self}}","relation":"self"}]}""",
            TestPolicy.Everything
        );
        Assert.Equal(rewritten, answer.Json.TryGetProperty("link", out var links) ? links[0].GetProperty("url").GetString() : null);
    }

    [Theory]
    [InlineData("https://ehr.internal:8443/r4/Observation?code=x&category=a%7Claboratory", false)]
    [InlineData("https://ehr.internal:8443/r4/Observation?category=a|laboratory&code=x", false)]
    [InlineData("https://ehr.internal:8443/r4/Observation?code=x", true)]
    [InlineData("https://ehr.internal:8443/r4/Observation?category=a%7Claboratory2", true)]
    [InlineData("https://ehr.internal:8443/r4/Observation?xcategory=a%7Claboratory", true)]
    [InlineData(null, true)]
    public void Filter_NarrowingNotInTheSelfLink_IsSaidInTheDisclosure(string? self, bool flagged)
    {
        var link = self is null ? string.Empty : $$""","link":[{"relation":"self","url":"{{self}}"}]""";
        var options = new AnswerOptions { Narrowed = [KeyValuePair.Create("category", "a|laboratory")] };
        var body = $$"""{"resourceType":"Bundle","type":"searchset"{{link}},"entry":[{"resource":{{Observation("a", "2")}}}]}""";
        var answer = Filter(Search(), body, TestPolicy.For("1"), options);
        Assert.Equal(flagged, answer.Disclosure.NarrowingNotApplied);
        Assert.Empty(answer.Ids);
        Assert.False(Filter(Search(), body, TestPolicy.For("1")).Disclosure.NarrowingNotApplied);
    }

    [Theory]
    [InlineData("patient", "Patient/1,Patient/2", "patient=Patient%2f2%2cPatient%2F1", true)]
    [InlineData("patient", "Patient/1,Patient/2", "patient:Patient=1,2", true)]
    [InlineData("patient", "Patient/1,Patient/2", "patient=https://ehr.internal:8443/r4/Patient/1", true)]
    [InlineData("patient", "Patient/1,Patient/2", "patient=Patient/1,Patient/2,Patient/3", false)]
    [InlineData("patient", "Patient/1", "patient=https://elsewhere.example/Patient/1", false)]
    [InlineData("patient", "Patient/1", "patient:not=Patient/1", false)]
    [InlineData("patient", "Patient/1", "patient=Patient/12", false)]
    [InlineData("category", "laboratory", "category=http://x%7Claboratory", true)]
    [InlineData("category", "http://x|laboratory", "category=laboratory", false)]
    [InlineData("category", "a,b", "category=b", true)]
    [InlineData("category", "a", "category=a,b", false)]
    [InlineData("category", "a", "category=b&category=a", true)]
    [InlineData("category", "a b", "category=a+b", true)]
    [InlineData("category", "a\\,b", "category=a%5C%2Cb", true)]
    [InlineData("category", "a", "category=", false)]
    [InlineData("category", "a", "xcategory=a&_count=1", false)]
    public void Filter_SelfLinkInAnotherSpelling_ShowsWhatItMeans(string name, string added, string query, bool shown)
    {
        var body =
            $$"""{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"https://ehr.internal:8443/r4/Observation?{{query}}"}]}""";
        var answer = Filter(Search(), body, TestPolicy.Everything, new AnswerOptions { Narrowed = [KeyValuePair.Create(name, added)] });
        Assert.Equal(!shown, answer.Disclosure.NarrowingNotApplied);
    }

    [Theory]
    [InlineData(SelfLinkRule.Required, null, true)]
    [InlineData(SelfLinkRule.Required, "", true)]
    [InlineData(SelfLinkRule.Optional, null, false)]
    [InlineData(SelfLinkRule.Optional, "", false)]
    [InlineData(SelfLinkRule.Optional, "?code=x", true)]
    [InlineData(SelfLinkRule.Optional, "?category=lab", false)]
    [InlineData(SelfLinkRule.Ignored, "?code=x", false)]
    public void Filter_SelfLinkMissingOrBare_IsTakenAsConfigured(SelfLinkRule rule, string? query, bool flagged)
    {
        var link = query is null
            ? string.Empty
            : $$""","link":[{"relation":"self","url":"https://ehr.internal:8443/r4/Observation{{query}}"}]""";
        var options = new AnswerOptions { Narrowed = [KeyValuePair.Create("category", "lab")], SelfLinks = rule };
        Assert.Equal(
            flagged,
            Filter(
                Search(),
                $$"""{"resourceType":"Bundle","type":"searchset"{{link}}}""",
                TestPolicy.Everything,
                options
            ).Disclosure.NarrowingNotApplied
        );
    }

    [Fact]
    public void Filter_SelfLink_DoesNotShowTheClientWhomItWasConfinedTo()
    {
        var options = new AnswerOptions { Confinement = KeyValuePair.Create("patient", "Patient/1,Patient/2") };
        const string Body =
            """{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"https://ehr.internal:8443/r4/Observation?code=x&patient=Patient%2F2,Patient%2F1&_count=5"}]}""";
        var answer = Filter(Search(), Body, TestPolicy.Everything, options);
        Assert.Equal(
            "https://gw.example/fhir/Observation?code=x&_count=5",
            answer.Json.GetProperty("link")[0].GetProperty("url").GetString()
        );
    }

    private sealed class OnlyNext : ILinkSealer
    {
        public Dictionary<string, string> Given { get; } = [];

        public string? Seal(string relation, string upstreamUrl)
        {
            Given[relation] = upstreamUrl;
            return relation == "next" ? "https://gw.example/fhir?page=\"sealed\"" : null;
        }
    }
}

using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>Pages put together from pages of the upstream: the same as those of a server that holds only what the client may see.</summary>
public sealed class PagedAnswerTests
{
    private static readonly QueryParameter[] Includes =
    [
        new("_include", "Observation:encounter"),
        new("_include", "Observation:subject"),
        new("_revinclude", "Provenance:target"),
    ];

    private static readonly FhirRequest Including = Search("Observation", Includes);

    private static readonly FhirRequest Iterating = Search(
        "Observation",
        [.. Includes, new("_include:iterate", "Encounter:service-provider"), new("_include:iterate", "Provenance:agent")]
    );

    [Fact]
    public void Pages_AnyMixtureOfHiddenMatches_AreThoseOfTheVisibleOnesAlone()
    {
        var random = new Random(20261122);
        for (var run = 0; run < 400; run++)
        {
            var kinds = string.Concat(Enumerable.Range(0, random.Next(0, 30)).Select(_ => random.Next(3) == 0 ? 'v' : 'h'));
            var (size, upstream) = (random.Next(1, 6), random.Next(6, 12));

            // The same records, only the visible ones, on a server that pages as the client asks.
            Assert.Equal(Walk(kinds.Replace("h", string.Empty, StringComparison.Ordinal), size, upstream), Walk(kinds, size, upstream));
        }
    }

    [Fact]
    public void Page_NobodySaidHowLarge_IsAsLargeAsTheUpstreams()
    {
        Assert.Equal(["v0 v1 v2|next", "v3 v4 v5|next", "v6|"], Walk("hvhvvhhvhvvhv", 0, 3));
        Assert.Equal(["v0 v1|2"], Walk("hvvh", 0, 10));
    }

    [Fact]
    public void Page_WithholdingBeyondIt_IsCountedOnlyWhereNothingFollows()
    {
        Assert.Equal(["v0|1"], Walk("vhhhhhhhhh", 1, 3));
        Assert.Equal(["|0"], Walk("hhhhhhhhh", 1, 2));
    }

    [Fact]
    public void Included_ForAHiddenMatchOnly_StaysWithIt()
    {
        var page = Bundle(
            null,
            Match(Observation("seen", "1", ""","encounter":{"reference":"Encounter/of-seen"}""")),
            Match(Observation("hidden", "2", ""","encounter":{"reference":"Encounter/of-hidden"}""")),
            Include(
                """{"resourceType":"Encounter","id":"of-hidden","subject":{"reference":"Patient/1"},"serviceProvider":{"reference":"Organization/of-hidden"} }"""
            ),
            Include("""{"resourceType":"Organization","id":"of-hidden"}"""),
            Include("""{"resourceType":"Patient","id":"1"}"""),
            Include("""{"resourceType":"Organization","id":"of-seen"}"""),
            Include(
                """{"resourceType":"Encounter","id":"of-seen","subject":{"reference":"Patient/1"},"serviceProvider":{"reference":"Organization/of-seen"} }"""
            ),
            Include(
                """{"resourceType":"Provenance","id":"of-hidden","target":[{"reference":"Observation/hidden"}],"agent":[{"who":{"reference":"Practitioner/of-hidden"} }]}"""
            ),
            Include(
                """{"resourceType":"Provenance","id":"of-seen","target":[{"reference":"Observation/seen"}],"agent":[{"who":{"reference":"Practitioner/of-seen"} }]}"""
            ),
            Include("""{"resourceType":"Practitioner","id":"of-hidden"}"""),
            Include("""{"resourceType":"Practitioner","id":"of-seen"}"""),
            Include("""{"resourceType":"Questionnaire","id":"by-address","url":"https://forms.example/q"}""")
        );

        var (text, disclosure) = One(page, Iterating, 5);

        var ids = JsonNode.Parse(text)!["entry"]!
            .AsArray()
            .Select(static entry => $"{entry!["resource"]!["resourceType"]}/{entry["resource"]!["id"]}");
        Assert.Equal(
            ["Encounter/of-seen", "Observation/seen", "Organization/of-seen", "Patient/1", "Practitioner/of-seen", "Provenance/of-seen"],
            ids.Order(StringComparer.Ordinal)
        );
        Assert.DoesNotContain(disclosure.Resources, static one => one.Id == "of-hidden");

        // Not asked to go on from what is included: only what the matches refer to, or what refers to them.
        var near = One(page, Including, 5).Disclosure.Resources.Select(static one => $"{one.Type.Name}/{one.Id}");
        Assert.Equal(["Encounter/of-seen", "Observation/seen", "Patient/1", "Provenance/of-seen"], near.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Included_ByMorePagesOfTheUpstreamThanOne_LeavesOnce()
    {
        var patient = Include("""{"resourceType":"Patient","id":"1"}""");
        var output = new ArrayBufferWriter<byte>();
        var disclosure = new Disclosure();
        using var page = new PagedAnswer(Including, TestPolicy.For("1"), Context, output, disclosure, AnswerOptions.Default, 2, 0);

        Assert.True(
            page.TryTake(
                Encoding.UTF8.GetBytes(
                    Bundle("https://ehr.internal:8443/r4?p=2", Match(Observation("a", "1")), Match(Observation("h", "2")), patient)
                )
            )
        );
        Assert.True(
            page.TryTake(
                Encoding.UTF8.GetBytes(
                    Bundle(
                        null,
                        Match(Observation("b", "1")),
                        Match(Observation("c", "1")),
                        patient,
                        Include("""{"resourceType":"Encounter","id":"of-c","subject":{"identifier":{"value":"x"} } }""")
                    )
                )
            )
        );
        page.Finish(new PageTail([], false, false));

        // Nothing of c, which belongs to the next page.
        Assert.Equal(["1", "a", "b"], disclosure.Resources.Select(static one => one.Id).Order(StringComparer.Ordinal));
        Assert.Equal(3, JsonNode.Parse(output.WrittenSpan)!["entry"]!.AsArray().Count);
    }

    [Fact]
    public void Included_WhereEveryMatchLeaves_NeedsNoLink()
    {
        var page = Bundle(
            null,
            Match(Observation("seen", "1")),
            Include("""{"resourceType":"Encounter","id":"by-logical-reference","subject":{"reference":"Patient/1"} }""")
        );

        Assert.Contains("by-logical-reference", One(page, Including, 5).Text);
        Assert.DoesNotContain(
            "by-logical-reference",
            One(
                page.Replace("\"seen\"", "\"hidden\"")
                    .Replace("Patient/1\"}},\"search\":{\"mode\":\"match\"", "Patient/2\"}},\"search\":{\"mode\":\"match\""),
                Including,
                5
            ).Text
        );
    }

    [Fact]
    public void Page_ThatDoesNotFit_IsNeitherWrittenNorDisclosed()
    {
        var (text, disclosure) = One(
            Bundle(null, Match(Observation("a", "1")), Match(Observation("b", "1")), Match(Observation("c", "2"))),
            Search(),
            1
        );

        Assert.Equal("a", Assert.Single(disclosure.Resources).Id);
        Assert.DoesNotContain("\"b\"", text);
    }

    [Theory]
    [InlineData("""{"resourceType":"Bundle","type":"history"}""")]
    [InlineData("""{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"resourceType":"Observation","id":"a"]}}]}""")]
    [InlineData("<html/>")]
    public void TryTake_ALaterPageThatCannotBeRead_SaysSo(string later)
    {
        var output = new ArrayBufferWriter<byte>();
        using var page = new PagedAnswer(Search(), TestPolicy.For("1"), Context, output, new Disclosure(), AnswerOptions.Default, 2, 0);

        Assert.True(page.TryTake(Encoding.UTF8.GetBytes(Bundle("https://ehr.internal:8443/r4?p=2", Match(Observation("a", "1"))))));
        Assert.False(page.TryTake(Encoding.UTF8.GetBytes(later)));
    }

    [Fact]
    public void History_WithHiddenVersionsAndDeletions_IsPagedLikeASearch()
    {
        var page =
            """{"resourceType":"Bundle","type":"history","total":3,"entry":[{"resource":R2,"request":{"method":"PUT","url":"x"}},{"request":{"method":"DELETE","url":"Observation/gone"}},{"resource":R1,"request":{"method":"POST","url":"x"}}]}"""
                .Replace("R2", Observation("b", "2"), StringComparison.Ordinal)
                .Replace("R1", Observation("a", "1"), StringComparison.Ordinal);

        var (text, _) = One(page, Request(Interaction.HistoryType, "Observation"), 1);

        Assert.Equal(1, (int?)JsonNode.Parse(text)!["total"]);
        Assert.Equal("history", (string?)JsonNode.Parse(text)!["type"]);
    }

    [Fact]
    public void Everything_PageByPage_CountsWhatIsIncludedLikeMatches()
    {
        var everything = new FhirRequest
        {
            Canonical = new CanonicalRequest("GET", "/fhir", [], []),
            Interaction = Interaction.Operation,
            Operation = "$everything",
            Parts = [],
            Template = "test",
        };
        var page = Bundle(
            null,
            Match("""{"resourceType":"Patient","id":"1"}"""),
            Include(Observation("hidden", "2")),
            Include(Observation("a", "1")),
            Include(Observation("b", "1"))
        );

        var (text, disclosure) = One(page, everything, 2);

        Assert.Equal(["1", "a"], disclosure.Resources.Select(static one => one.Id));
        Assert.DoesNotContain("total", text);
        Assert.True(PagedAnswer.CanPage(everything, Encoding.UTF8.GetBytes(page), Context));
        Assert.False(
            PagedAnswer.CanPage(
                everything,
                Encoding.UTF8.GetBytes(page.Replace("searchset", "collection", StringComparison.Ordinal)),
                Context
            )
        );
        Assert.False(PagedAnswer.CanPage(everything, "<html/>"u8, Context));
    }

    [Theory]
    [InlineData("1", "a", null)]
    [InlineData("2", "a b", 2)]
    [InlineData("3", "a b", 2)]
    public void Transaction_SearchInside_ShowsAsManyAsItAskedForAndCountsThose(string count, string ids, int? total)
    {
        var asked = Search("Observation", new QueryParameter("_count", count));
        var body =
            "{\"resourceType\":\"Bundle\",\"type\":\"transaction-response\",\"entry\":[{\"resource\":"
            + Bundle(
                null,
                Match(Observation("h", "2")),
                Match(Observation("a", "1")),
                Match(Observation("g", "2")),
                Match(Observation("b", "1"))
            )
            + ",\"response\":{\"status\":\"200\"}}]}";

        var answer = Filter(Request(Interaction.Transaction, entries: [asked]), body, TestPolicy.For("1"));

        var inside = JsonNode.Parse(answer.Text)!["entry"]![0]!["resource"]!;
        var shown = inside["entry"]!
            .AsArray()
            .Select(static entry => (string?)entry!["resource"]!["id"])
            .Where(static id => id is not null);
        Assert.Equal(ids, string.Join(' ', shown));
        Assert.Equal(total, (int?)inside["total"]);
        Assert.Equal(total is null, inside.ToJsonString().Contains("incomplete", StringComparison.Ordinal));
        Assert.Equal(ids.Split(' '), answer.Disclosure.Resources.Select(static one => one.Id));
    }

    // The client's pages: ids, then whether there is a next one or how many it counts.
    private static List<string> Walk(string kinds, int size, int upstream)
    {
        var (seen, hidden) = (0, 0);
        var matches = kinds
            .Select(kind => Match(kind == 'v' ? Observation($"v{seen++}", "1") : Observation($"h{hidden++}", "2")))
            .ToArray();
        string Page(int at) =>
            Bundle(
                at + upstream < matches.Length ? $"https://ehr.internal:8443/r4?p={at + upstream}" : null,
                matches[Math.Min(at, matches.Length)..Math.Min(at + upstream, matches.Length)]
            );

        var pages = new List<string>();
        var (place, from) = (0, 0);
        while (true)
        {
            var output = new ArrayBufferWriter<byte>();
            var disclosure = new Disclosure();
            using var page = new PagedAnswer(Search(), TestPolicy.For("1"), Context, output, disclosure, AnswerOptions.Default, size, from);
            Assert.True(page.TryTake(Encoding.UTF8.GetBytes(Page(place))));
            var isFirst = pages.Count == 0;
            while (page.Rest is null && page.Next is { } next)
            {
                place = int.Parse(next[(next.IndexOf('=', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);
                Assert.True(page.TryTake(Encoding.UTF8.GetBytes(Page(place))));
            }

            size = page.Size;
            page.Finish(new PageTail([], isFirst && page.Rest is null && page.Next is null, false));
            var bundle = JsonNode.Parse(output.WrittenSpan)!;
            var ids = (bundle["entry"]?.AsArray() ?? []).Select(static entry => (string)entry!["resource"]!["id"]!).ToList();
            Assert.Equal(ids, disclosure.Resources.Select(static one => one.Id));
            pages.Add($"{string.Join(' ', ids)}|{(page.Rest is null ? bundle["total"] : "next")}");
            if (page.Rest is not { } rest)
            {
                return pages;
            }

            from = rest;
        }
    }

    private static (string Text, Disclosure Disclosure) One(string body, FhirRequest request, int size)
    {
        var output = new ArrayBufferWriter<byte>();
        var disclosure = new Disclosure();
        using var page = new PagedAnswer(request, TestPolicy.For("1"), Context, output, disclosure, AnswerOptions.Default, size, 0);
        Assert.True(page.TryTake(Encoding.UTF8.GetBytes(body)));
        page.Finish(new PageTail([], page.Rest is null, false));
        return (Encoding.UTF8.GetString(output.WrittenSpan), disclosure);
    }

    private static string Bundle(string? next, params string[] entries) =>
        "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":99,"
        + (next is null ? string.Empty : $"\"link\":[{{\"relation\":\"next\",\"url\":\"{next}\"}}],")
        + $"\"entry\":[{string.Join(",", entries)}]}}";
}

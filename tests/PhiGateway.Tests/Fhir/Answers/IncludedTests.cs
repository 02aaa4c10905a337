using System.Text;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>
/// What comes along for the sake of a match that stays, stays with it: in a page, in an answer that streams, in a search inside a transaction,
/// in what an operation puts around a patient.
/// </summary>
public sealed class IncludedTests
{
    private static readonly FhirRequest Search = AnswerCases.Search(
        "Observation",
        new QueryParameter("_include", "Observation:performer"),
        new QueryParameter("_include:iterate", "Practitioner:organization")
    );

    private static readonly FhirRequest Everything = new()
    {
        Canonical = new CanonicalRequest("GET", "/fhir", [], []),
        Interaction = Interaction.Operation,
        Operation = "$everything",
        Type = ResourceType.Patient,
        Id = "1",
        Parts = [],
        Template = "test",
    };

    public static TheoryData<string> Ways => ["stream", "transaction", "everything", "everything in pages", "everything in a transaction"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Included_ForAHiddenMatchOnly_StaysWithIt(string way)
    {
        var shown = await IdsAsync(way, Of("2", "b", "drb", "orgb"), isAll: false);

        Assert.Equal(["a", "dra", "orga"], shown);
    }

    // The answer is the same bytes, whatever the record that stays refers to.
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Included_WhateverTheHiddenMatchRefersTo_ChangesNothing(string way)
    {
        var one = await TextAsync(way, Of("2", "b", "drb", "orgb"), isAll: false);
        var other = await TextAsync(way, Of("2", "b", "drc", "orgc"), isAll: false);

        Assert.Equal(one, other);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Included_WhereEveryMatchLeaves_ComesAlong(string way)
    {
        Assert.Equal(["a", "b", "dra", "drb", "orga", "orgb"], await IdsAsync(way, Of("1", "b", "drb", "orgb"), isAll: false));
        Assert.Equal(["a", "b", "dra", "drb", "orga", "orgb"], await IdsAsync(way, Of("1", "b", "drb", "orgb"), isAll: true));
    }

    // To whom nothing is hidden of anything, nothing waits.
    [Fact]
    public async Task Stream_NothingMayBeWithheld_LetsEverythingOutInItsOrder()
    {
        var text = await TextAsync("stream", Of("1", "b", "drb", "orgb"), isAll: true);

        Assert.True(text.IndexOf("\"dra\"", StringComparison.Ordinal) < text.IndexOf("\"orgb\"", StringComparison.Ordinal));
    }

    // A practitioner on one page, the record that refers to them on the next: they are not lost.
    [Fact]
    public void Everything_OnSeveralPages_KeepsWhatNothingHiddenRefersTo()
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        var options = new AnswerOptions { HoldsIncluded = true };
        using var page = new PagedAnswer(Everything, TestPolicy.For("1"), Context, output, new Disclosure(), options, 10, 0);
        var first = Bundle(
            [Practitioner("later", "orga"), Practitioner("drb", "orgb"), Organization("orgb"), Observation("b", "2", Performer("drb"))],
            "https://ehr.internal:8443/r4?p=2"
        );

        Assert.True(page.TryTake(Encoding.UTF8.GetBytes(first)));
        Assert.True(page.TryTake(Encoding.UTF8.GetBytes(Bundle([Observation("a", "1", Performer("later"))]))));
        page.Finish(new PageTail([], false, false));

        var ids = Ids(Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.Equal(["a", "later"], ids);
    }

    // However the client's pages and the server's lie over each other: what accompanies the records comes once, and none of it is lost.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(10)]
    public void Everything_OnPagesOfTheClients_BringsWhatAccompaniesOnce(int size)
    {
        string[] first =
        [
            Practitioner("early", "orga"),
            Observation("h1", "2", Performer("ofhidden")),
            Observation("a", "1", Performer("early")),
            Practitioner("ofhidden", "orgb"),
            Observation("b", "1", Performer("early")),
            Practitioner("ofboth", "orga"),
            Observation("h2", "2", Performer("ofboth")),
            Observation("c", "1", Performer("ofboth")),
            Organization("orga"),
        ];
        string[] second =
        [
            Observation("h3", "2"),
            Observation("h4", "2", Performer("ofhidden2")),
            Observation("d", "1", Performer("late")),
            Practitioner("late", "orgc"),
            Practitioner("ofhidden2", "orgd"),
            Organization("orgc"),
            Observation("e", "1", Performer("late")),
        ];

        var pages = Pages(size, first, second);

        var all = pages.SelectMany(static page => page).ToList();
        Assert.Equal(all.Distinct().Count(), all.Count);
        Assert.Equal(["a", "b", "c", "d", "e", "early", "late", "ofboth", "orga", "orgc"], all.Order(StringComparer.Ordinal));
        Assert.All(pages, page => Assert.InRange(page.Count(static id => id.Length == 1), 0, size));
    }

    // The pages of a client, each begun where the one before ended.
    private static List<List<string>> Pages(int size, params string[][] upstream)
    {
        var pages = new List<List<string>>();
        var (at, from) = (0, 0);
        while (pages.Count < 20)
        {
            var output = new System.Buffers.ArrayBufferWriter<byte>();
            var disclosure = new Disclosure();
            var options = new AnswerOptions { HoldsIncluded = true };
            using var page = new PagedAnswer(Everything, TestPolicy.For("1"), Context, output, disclosure, options, size, from);
            do
            {
                var next = at + 1 < upstream.Length ? $"https://ehr.internal:8443/r4?p={at + 1}" : null;
                Assert.True(page.TryTake(Encoding.UTF8.GetBytes(Bundle(upstream[at], next))));
            } while (page.Rest is null && page.Next is not null && ++at < upstream.Length);

            page.Finish(new PageTail([], false, false));
            pages.Add(Ids(Encoding.UTF8.GetString(output.WrittenSpan)));
            Assert.Equal(pages[^1].Count, disclosure.Resources.Count);
            if (page.Rest is not { } rest)
            {
                break;
            }

            from = rest;
        }

        return pages;
    }

    // By an element that does not leave nothing comes along.
    [Fact]
    public void Everything_ByAnElementThatDoesNotLeave_BringsNothing()
    {
        var policy = new TestPolicy
        {
            Patients = ["1"],
            Elements = new() { ["Observation"] = ElementSet.Of(["status", "subject"]) },
        };
        var body = Bundle([Observation("a", "1", Performer("dra")), Practitioner("dra", "orga"), Observation("b", "2")]);

        Assert.Equal(["a"], Ids(Filter(Everything, body, policy, new AnswerOptions { HoldsIncluded = true }).Text));
    }

    private static async Task<List<string>> IdsAsync(string way, string[] entries, bool isAll) => Ids(await TextAsync(way, entries, isAll));

    private static async Task<string> TextAsync(string way, string[] entries, bool isAll)
    {
        var bundle = Bundle(entries);
        var options = new AnswerOptions { HoldsIncluded = !isAll, CountIsWhole = isAll };
        var policy = TestPolicy.For("1");
        return way switch
        {
            "everything" => Filter(Everything, bundle, policy, options).Text,
            "everything in pages" => await LeavingAsync("page", Everything, bundle, policy, options),
            "everything in a transaction" => await LeavingAsync("transaction", Everything, bundle, policy, options),
            _ => await LeavingAsync(way, Search, bundle, policy, options),
        };
    }

    // One record of the client's patient, one of another's or the same, each with a practitioner and their organization.
    private static string[] Of(string patient, string id, string practitioner, string organization) =>
        [
            Observation("a", "1", Performer("dra")),
            Practitioner("dra", "orga"),
            Organization(organization),
            Practitioner(practitioner, organization),
            Observation(id, patient, Performer(practitioner)),
            Organization("orga"),
        ];

    private static string Bundle(string[] resources, string? next = null)
    {
        var entries = resources.Select(static resource => $$$"""{"resource":{{{resource}}},"search":{"mode":"{{{ModeOf(resource)}}}"}}""");
        var link = next is null ? string.Empty : $$"""{"relation":"next","url":"{{next}}"}""";
        return $$"""{"resourceType":"Bundle","type":"searchset","link":[{{link}}],"entry":[{{string.Join(',', entries)}}]}""";
    }

    private static string ModeOf(string resource) => resource.Contains("\"Observation\"", StringComparison.Ordinal) ? "match" : "include";

    private static string Performer(string id) => $$""","performer":[{"reference":"Practitioner/{{id}}"}]""";

    private static string Practitioner(string id, string organization) =>
        $$$"""{"resourceType":"Practitioner","id":"{{{id}}}","qualification":[{"code":{"text":"x"},"issuer":{"reference":"Organization/{{{organization}}}"}}]}""";

    private static string Organization(string id) => $$"""{"resourceType":"Organization","id":"{{id}}"}""";
}

using System.Text.Json;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>What was included leaves when something that leaves leads to it, in whatever order a server names it, and at a cost that grows with it.</summary>
public sealed class IncludedChainTests
{
    private static readonly FhirRequest Search = AnswerCases.Search(
        "Observation",
        new QueryParameter("_include", "Observation:performer"),
        new QueryParameter("_include:iterate", "Organization:partof")
    );

    // Any tangle of references, any order: exactly what can be reached from what leaves, each once.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Included_InAnyOrder_IsWhatLeadsToItFromWhatLeaves(int seed)
    {
        var random = new Random(seed);
        var count = 60;
        var next = Enumerable.Range(0, count).Select(_ => random.Next(count + 20)).ToArray();
        var shown = Enumerable.Range(0, 3).Select(_ => random.Next(count)).ToArray();
        var hidden = Enumerable.Range(0, 3).Select(_ => random.Next(count)).ToArray();
        var entries = Enumerable.Range(0, count).Select(place => Organization(place, next[place])).ToArray();
        random.Shuffle(entries);
        // Some come twice, as from two pages of a server's.
        entries = [.. entries, .. entries.Take(5)];
        string[] matches =
        [
            .. shown.Select((place, match) => Observation($"shown{match}", "1", Performer(place))),
            .. hidden.Select((place, match) => Observation($"hidden{match}", "2", Performer(place))),
        ];

        var ids = Ids(matches, entries);

        var reached = new HashSet<int>();
        foreach (var start in shown)
        {
            for (var place = start; place < count && reached.Add(place); )
            {
                place = next[place];
            }
        }

        Assert.Equal(
            reached.Select(static place => $"o{place}").Concat(["shown0", "shown1", "shown2"]).Order(StringComparer.Ordinal),
            ids.Order(StringComparer.Ordinal)
        );
    }

    // A chain whose end comes first: told by what is allocated, which is the same on every machine.
    [Fact]
    public void Included_AsAChainFromItsEnd_CostsWithItsLength()
    {
        Cost(50);

        // Four times as long: four times as dear, and not sixteen times.
        Assert.InRange(Cost(800) / (double)Cost(200), 1, 8);
    }

    private static long Cost(int length)
    {
        string[] matches = [Observation("shown", "1", Performer(0)), Observation("hidden", "2", Performer(length + 1))];
        var entries = Enumerable.Range(0, length).Reverse().Select(static place => Organization(place, place + 1)).ToArray();
        var bundle = Bundle(matches, entries);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var text = Filter(Search, bundle, TestPolicy.For("1"), new AnswerOptions { HoldsIncluded = true }).Text;
        var cost = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(length + 1, JsonDocument.Parse(text).RootElement.GetProperty("entry").GetArrayLength());
        return cost;
    }

    private static List<string> Ids(string[] matches, string[] entries) =>
        [
            .. JsonDocument
                .Parse(Filter(Search, Bundle(matches, entries), TestPolicy.For("1"), new AnswerOptions { HoldsIncluded = true }).Text)
                .RootElement.GetProperty("entry")
                .EnumerateArray()
                .Select(static entry => entry.GetProperty("resource").GetProperty("id").GetString()!),
        ];

    private static string Bundle(string[] matches, string[] included)
    {
        var entries = matches.Select(static one => Entry(one, "match")).Concat(included.Select(static one => Entry(one, "include")));
        return $$"""{"resourceType":"Bundle","type":"searchset","entry":[{{string.Join(',', entries)}}]}""";
    }

    private static string Entry(string resource, string mode) => $$$"""{"resource":{{{resource}}},"search":{"mode":"{{{mode}}}"}}""";

    private static string Performer(int place) => $$""","performer":[{"reference":"Organization/o{{place}}"}]""";

    private static string Organization(int place, int parent) =>
        $$$"""{"resourceType":"Organization","id":"o{{{place}}}","partOf":{"reference":"Organization/o{{{parent}}}"}}""";
}

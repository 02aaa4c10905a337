using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;
using PhiGateway.Watch.Rules;
using Xunit;

namespace PhiGateway.Tests.Watch;

/// <summary>A value that is not shown, found by halves through searches; and searches by ranges that are none of it.</summary>
public sealed class BisectionTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(61.0)]
    [InlineData(1234.5)]
    [InlineData(9000.0)]
    public void Take_AValueFoundByHalves_IsTold(double hidden)
    {
        var (low, high) = (0.0, 16384.0);
        var targets = new List<string>();
        for (var step = 0; step < 20; step++)
        {
            var probe = (low + high) / 2;
            (low, high) = hidden > probe ? (probe, high) : (low, probe);
            targets.Add(FormattableString.Invariant($"/fhir/Observation?patient=17&value-quantity=gt{probe}"));
        }

        var one = Assert.Single(Found(targets));
        Assert.Equal(("bisection", "T1213 Data from Information Repositories"), (one.Rule, one.Technique));
        Assert.DoesNotContain("value-quantity", one.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void Take_ADateOfBirthFoundByWindows_IsTold()
    {
        var (from, to) = (new DateOnly(1920, 1, 1), new DateOnly(2020, 1, 1));
        var targets = new List<string>();
        for (var step = 0; step < 12; step++)
        {
            targets.Add($"/fhir/Patient?identifier=7&birthdate=ge{from:yyyy-MM-dd}&birthdate=lt{to:yyyy-MM-dd}");
            var half = (to.DayNumber - from.DayNumber) / 2;
            (from, to) = step % 2 == 0 ? (from.AddDays(half), to) : (from, to.AddDays(-half));
        }

        Assert.Single(Found(targets));
    }

    // What is new since, windows one after the other, a closer look at a chart, and another question each time.
    [Fact]
    public void Take_SearchesByRangesThatAreHonest_AreNone()
    {
        Assert.Empty(Found(Enumerable.Range(0, 60).Select(static call => $"/fhir/Observation?_lastUpdated=gt{2_000 + call}")));
        Assert.Empty(Found(Enumerable.Range(0, 60).Select(static call => $"/fhir/Observation?date=ge{call * 7}&date=lt{(call + 1) * 7}")));
        Assert.Empty(
            Found(((int[])[365, 90, 30, 7, 1]).Select(static days => $"/fhir/Observation?date=ge{500 - days}&date=le{500 + days}"))
        );
        Assert.Empty(Found(Enumerable.Range(0, 60).Select(static call => $"/fhir/Observation?patient={call}&value-quantity=gt5")));
    }

    [Theory]
    [InlineData("search-type", "/fhir/Observation?value-quantity=gt5.4%7Chttp://u%7Cmg", 5.4, double.PositiveInfinity)]
    [InlineData("search-type", "/fhir/Observation?value-quantity=le7&code=x", double.NegativeInfinity, 7)]
    public void Of_ASearchWithABound_ReadsIt(string interaction, string target, double low, double high)
    {
        var range = Assert.Single(SearchRange.Of(interaction, target));
        Assert.Equal((low, high), (range.Low, range.High));
    }

    [Theory]
    [InlineData("read", "/fhir/Observation/1?x=gt5")]
    [InlineData("search-type", "/fhir/Observation")]
    [InlineData("search-type", "/fhir/Observation?code=gt")]
    [InlineData("search-type", "/fhir/Observation?value-quantity=gtNaN")]
    [InlineData("search-type", "/fhir/Observation?value-quantity=gt1e999")]
    [InlineData("search-type", "/fhir/Observation?value-quantity=gt5,lt3")]
    [InlineData("search-type", null)]
    public void Of_AnythingElse_IsNone(string interaction, string? target) => Assert.Empty(SearchRange.Of(interaction, target));

    // Whoever writes the same search in another way each time asks for the same thing.
    [Theory]
    [InlineData("/fhir/Observation?value-quantity=gt9&code=x&patient=17", null)]
    [InlineData("/fhir/Observation?value-quantity=%67t%39&co%64e=%78&patient=1%37", null)]
    [InlineData("/fhir/Observation?value-quantity=gt9&code=x&patient=17&_count=7&_format=json", null)]
    [InlineData("/fhir/Observation?value-quantity=gt999,gt9&code=x&patient=17", null)]
    [InlineData("/fhir/Observation/_search", "patient=17&code=x&value-quantity=gt9")]
    [InlineData("/fhir/Observation/_search?patient=17", "value-quantity=gt9&code=x")]
    [InlineData("/fhir/Observation/_search", "code=x&patient=17&value-quantity=gt9&...")]
    public void Of_TheSameInAnotherForm_IsTheSameSearch(string target, string? form)
    {
        var first = Assert.Single(SearchRange.Of("search-type", "/fhir/Observation?patient=17&code=x&value-quantity=gt5"));
        var again = Assert.Single(SearchRange.Of("search-type", target, form));

        Assert.Equal((first.Shape, 9.0), (again.Shape, again.Low));
    }

    // Whatever is encoded, in whatever order, in the target or in the body.
    [Fact]
    public void Of_AnySpelling_IsTheSameSearch()
    {
        string[] pairs = ["patient=17", "code=http://loinc.org|8867-4", "date=ge2020-01-01", "value-quantity=gt9.5", "_id=a"];
        var random = new Random(154);
        var expected = Sorted(SearchRange.Of("search-type", "/fhir/Observation?" + string.Join('&', pairs)));
        for (var turn = 0; turn < 300; turn++)
        {
            var spelled = pairs.OrderBy(_ => random.Next()).Select(pair => Spelled(pair, random)).ToList();
            var inTarget = random.Next(pairs.Length + 1);
            var query = inTarget == 0 ? string.Empty : "?" + string.Join('&', spelled.Take(inTarget));
            var isPost = inTarget < pairs.Length;
            var target = (isPost ? "/fhir/Observation/_search" : "/fhir/Observation") + query;
            var form = isPost ? string.Join('&', spelled.Skip(inTarget)) : null;

            Assert.Equal(expected, Sorted(SearchRange.Of("search-type", target, form)));
        }
    }

    private static List<SearchRange> Sorted(IEnumerable<SearchRange> ranges) => [.. ranges.OrderBy(static range => range.Low)];

    private static string Spelled(string pair, Random random) =>
        string.Concat(pair.Select(one => one != '=' && random.Next(4) == 0 ? $"%{(int)one:X2}" : one.ToString()));

    // The twins: another patient, another type and another code are other searches.
    [Theory]
    [InlineData("/fhir/Observation/_search", "patient=18&code=x&value-quantity=gt9")]
    [InlineData("/fhir/Observation/_search", "patient=17&code=y&value-quantity=gt9")]
    [InlineData("/fhir/DiagnosticReport/_search", "patient=17&code=x&value-quantity=gt9")]
    [InlineData("/fhir/Observation/_search", "patient=17&code=x&value-date=gt9")]
    public void Of_AnotherSearch_IsAnother(string target, string? form) =>
        Assert.NotEqual(
            Assert.Single(SearchRange.Of("search-type", "/fhir/Observation?patient=17&code=x&value-quantity=gt5")).Shape,
            Assert.Single(SearchRange.Of("search-type", target, form)).Shape
        );

    // One parameter that holds a code and a value is a search by ranges as two are.
    [Theory]
    [InlineData("component-code-value-quantity=8480-6$gt{0}")]
    [InlineData("component-code-value-quantity=http://loinc.org|8480-6%24gt{0}|http://unitsofmeasure.org|mm[Hg]")]
    [InlineData("value-quantity=%67t{0}")]
    [InlineData("value-quantity=gt99999,gt99999,gt99999,gt99999,gt99999,gt99999,gt99999,gt99999,gt99999,gt99999,%67t{0}")]
    public void Take_AValueFoundByHalvesInAnySpelling_IsTold(string query)
    {
        var (low, high, hidden) = (0.0, 16384.0, 1234.5);
        var targets = new List<string>();
        for (var step = 0; step < 20; step++)
        {
            var probe = (low + high) / 2;
            (low, high) = hidden > probe ? (probe, high) : (low, probe);
            var said = FormattableString.Invariant($"{probe}");
            targets.Add("/fhir/Observation?patient=17&" + query.Replace("{0}", said, StringComparison.Ordinal));
        }

        Assert.Equal("bisection", Assert.Single(Found(targets)).Rule);
    }

    // The twin: with another code it is another search, and a composite without a bound is none by ranges.
    [Fact]
    public void Of_ACompositeValue_IsASearchOfItsCode()
    {
        const string Search = "/fhir/Observation?component-code-value-quantity=";
        var one = Assert.Single(SearchRange.Of("search-type", Search + "8480-6$gt120"));

        Assert.Equal((120.0, one.Shape), (one.Low, Assert.Single(SearchRange.Of("search-type", Search + "8480-6$gt90")).Shape));
        Assert.NotEqual(one.Shape, Assert.Single(SearchRange.Of("search-type", Search + "8462-4$gt120")).Shape);
        Assert.Empty(SearchRange.Of("search-type", Search + "8480-6$120"));
        Assert.Empty(SearchRange.Of("search-type", Search + "8480-6$gt120,8462-4$gt90"));
    }

    // A bound that never changes beside the one that is moved hides nothing: each is followed by itself.
    [Fact]
    public void Of_BoundsOfSeveralParameters_AreOneEach()
    {
        var one = SearchRange.Of("search-type", "/fhir/Observation?date=ge1900&value-quantity=gt5&value-quantity=lt7");
        var two = SearchRange.Of("search-type", "/fhir/Observation?value-quantity=gt6&date=ge1900");

        Assert.Equal(2, one.Count);
        Assert.Equal((5.0, 7.0), (one[1].Low, one[1].High));
        Assert.Equal(one[1].Shape, two[0].Shape);
        Assert.NotEqual(one[0].Shape, two[1].Shape);
    }

    // By POST every search has one target; mixed with searches by GET, and with others in between, it is the same way to a value.
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(1, 6)]
    public void Take_AValueFoundByHalvesThroughForms_IsTold(int every, int between)
    {
        var (low, high, hidden) = (0.0, 16384.0, 1234.5);
        var asked = new List<(string Target, string? Form)>();
        for (var step = 0; step < 20; step++)
        {
            var probe = (low + high) / 2;
            (low, high) = hidden > probe ? (probe, high) : (low, probe);
            var query = FormattableString.Invariant($"patient=17&date=ge1900-01-01&value-quantity=gt{probe}");
            asked.Add(step % every == 0 ? ("/fhir/Observation/_search", query) : ("/fhir/Observation?" + query, null));
            for (var other = 0; other < between; other++)
            {
                asked.Add(("/fhir/Condition/_search", $"patient={(step * 10) + other}&onset-date=gt2020-01-01"));
            }
        }

        var one = Assert.Single(Found(asked));
        Assert.Equal("bisection", one.Rule);
    }

    // The twin: what is new since, by POST.
    [Fact]
    public void Take_SearchesThroughFormsThatAreHonest_AreNone() =>
        Assert.Empty(
            Found(
                Enumerable
                    .Range(0, 60)
                    .Select(static call => ("/fhir/Observation/_search", (string?)$"patient=17&_lastUpdated=gt{2_000 + call}"))
            )
        );

    private static List<Finding> Found(IEnumerable<string> targets) => Found(targets.Select(static target => (target, (string?)null)));

    private static List<Finding> Found(IEnumerable<(string Target, string? Form)> asked)
    {
        var detector = new Detector(new Nobody(), [new BisectionRule()]);
        var at = Noon;
        var found = new List<Finding>();
        foreach (var (target, form) in asked)
        {
            at = at.AddSeconds(20);
            var seen = new WatchEvent
            {
                Id = Guid.CreateVersion7(at),
                Kind = WatchKind.Access,
                Time = at,
                Client = "acme",
                Operation = "search-type Observation",
                Status = 200,
                Ranges = SearchRange.Of("search-type", target, form),
            };
            found.AddRange(detector.Take(seen));
        }

        return found;
    }
}

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
        var range = SearchRange.Of(interaction, target)!.Value;
        Assert.Equal((low, high), (range.Low, range.High));
    }

    [Theory]
    [InlineData("read", "/fhir/Observation/1?x=gt5")]
    [InlineData("search-type", "/fhir/Observation")]
    [InlineData("search-type", "/fhir/Observation?code=gt")]
    [InlineData("search-type", "/fhir/Observation?value-quantity=gtNaN")]
    [InlineData("search-type", "/fhir/Observation?value-quantity=gt1e999")]
    [InlineData("search-type", "/fhir/Observation?a=gt5&b=lt7")]
    [InlineData("search-type", null)]
    public void Of_AnythingElse_IsNone(string interaction, string? target) => Assert.Null(SearchRange.Of(interaction, target));

    [Fact]
    public void Of_ParametersInAnotherOrder_AreTheSameSearch() =>
        Assert.Equal(
            SearchRange.Of("search-type", "/fhir/Observation?patient=17&code=x&value-quantity=gt5")!.Value.Shape,
            SearchRange.Of("search-type", "/fhir/Observation?value-quantity=gt9&code=x&patient=17")!.Value.Shape
        );

    private static List<Finding> Found(IEnumerable<string> targets)
    {
        var detector = new Detector(new Nobody(), [new BisectionRule()]);
        var at = Noon;
        var found = new List<Finding>();
        foreach (var target in targets)
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
                Range = SearchRange.Of("search-type", target),
            };
            found.AddRange(detector.Take(seen));
        }

        return found;
    }
}

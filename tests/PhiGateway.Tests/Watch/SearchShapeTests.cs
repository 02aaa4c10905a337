using PhiGateway.Audit.Records;
using PhiGateway.Watch.Feed;
using Xunit;

namespace PhiGateway.Tests.Watch;

/// <summary>Which searches ask the same, and through whom a record says that its client called.</summary>
public sealed class SearchShapeTests
{
    [Theory]
    [InlineData("patient=1&code=a", "code=b&patient=2")]
    [InlineData("patient=1&code=a", "patient=1&code=a&_count=50&_sort=-date&_include=Observation:subject&_elements=id")]
    [InlineData("patient=1&date=ge2020&date=le2021", "patient=1&date=2019")]
    [InlineData("subject%3APatient.name=a", "subject:Patient.name=b")]
    public void Of_SearchesThatNameTheSameParameters_IsTheSame(string one, string other) => Assert.Equal(ShapeOf(one), ShapeOf(other));

    [Theory]
    [InlineData("patient=1", "patient=1&code=a")]
    [InlineData("code=a", "code:not=a")]
    [InlineData("code=a", "category=a")]
    [InlineData("patient=1", "")]
    public void Of_SearchesThatNameOthers_IsAnother(string one, string other) => Assert.NotEqual(ShapeOf(one), ShapeOf(other));

    [Theory]
    [InlineData("subject:Patient.birthdate=1970", true)]
    [InlineData("patient.name=a", true)]
    [InlineData("_has:Observation:patient:code=a", true)]
    [InlineData("code=http://loinc.org|1.2", false)]
    public void Of_ASearchThatWalksToOtherRecords_SaysSo(string query, bool isChained) =>
        Assert.Equal(isChained, ShapeOf(query).StartsWith(SearchShape.Chained, StringComparison.Ordinal));

    // A name is what a caller writes, and values name patients: neither stands in a shape.
    [Fact]
    public void Of_ASearch_HoldsNothingOfIt()
    {
        Assert.Matches("^plain [0-9a-f]{16}$", ShapeOf("mueller=1"));
        Assert.Equal(string.Empty, SearchShape.Of(new AuditRecord { Interaction = "read", RawTarget = "/fhir/Patient/1?a=b" }));
        Assert.Equal(string.Empty, SearchShape.Of(new AuditRecord()));
    }

    // Which parameters a search by POST names stands in its record, and not in its target.
    [Fact]
    public void OfForm_ASearchByPost_IsWhatItsRecordNames()
    {
        Assert.Equal(FormOf("patient", "code"), FormOf("code", "patient", "_include=Observation:subject", "_sort=date"));
        Assert.NotEqual(FormOf("patient", "code"), FormOf("patient", "category"));
        Assert.StartsWith(SearchShape.Chained, FormOf("subject:Patient.name"), StringComparison.Ordinal);
        Assert.Matches("^plain [0-9a-f]{16}$", FormOf("patient", AskedParameters.More));
    }

    // The twins: what came by GET, and records of before, have none; and the shape of the target is what it always was.
    [Fact]
    public void OfForm_OfARecordThatNamesNothing_IsNone()
    {
        Assert.Equal(string.Empty, FormOf());
        Assert.Equal(string.Empty, SearchShape.OfForm(new AuditRecord { Interaction = "read", Parameters = ["a"] }));
        Assert.Equal(SearchShape.Of(ByPost([])), SearchShape.Of(ByPost(["patient", "subject:Patient.name"])));
    }

    [Fact]
    public void Of_ManyMoreNamesThanAnybodyNeeds_IsBounded() =>
        Assert.Equal(
            ShapeOf(string.Join('&', Enumerable.Range(0, 32).Select(static name => $"p{name}=1"))),
            ShapeOf(string.Join('&', Enumerable.Range(0, 500).Select(static name => $"p{name}=1")))
        );

    [Fact]
    public void Of_Actors_SaysHowManyAndInWhichOrder()
    {
        Assert.Equal(ActorChain.Alone, ActorChain.Of([]));
        Assert.StartsWith("2 ", ActorChain.Of(["hub", "agent"]), StringComparison.Ordinal);
        Assert.NotEqual(ActorChain.Of(["hub", "agent"]), ActorChain.Of(["agent", "hub"]));
        Assert.Equal(ActorChain.Of(["hub", "agent"]), ActorChain.Of(["hub", "agent"]));
    }

    private static string FormOf(params string[] names) => SearchShape.OfForm(ByPost(names));

    private static AuditRecord ByPost(string[] names) =>
        new()
        {
            Interaction = "search-type",
            ResourceType = "Observation",
            Template = "POST /Observation/_search",
            RawTarget = "/fhir/Observation/_search",
            Parameters = names,
        };

    private static string ShapeOf(string query) =>
        SearchShape.Of(
            new AuditRecord
            {
                Interaction = "search-type",
                ResourceType = "Observation",
                Template = "GET /Observation",
                RawTarget = "/fhir/Observation?" + query,
            }
        );
}

using System.Text;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests.Searching;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>
/// Where a reverse chain leads is read record by record: one that cannot be read, whether it is shown or not, changes nothing for those beside
/// it and is no fault.
/// </summary>
public sealed class WayBackTests
{
    private static readonly FhirContext Context = new()
    {
        GatewayBase = "https://gw.example/fhir",
        UpstreamBases = ["http://fhir.example/r4"],
    };

    [Theory]
    [InlineData("")]
    [InlineData("""{"\ud800xxxxx":1,"resource":{"resourceType":"Observation","id":"b"}},""")]
    [InlineData("""{"\ud800":{"a":1}},""")]
    [InlineData("""{"resource":{"resourceType":"Observation","id":"b","\ud800":1}},""")]
    [InlineData("""{"resource":{"resourceType":"Observation","id":"\ud800"}},""")]
    [InlineData("""{"resource":{"resourceType":"\udc00","id":"b"}},""")]
    [InlineData("""{"resource":{"resourceType":"Observation","id":"b","subject":"Patient/18"}},""")]
    [InlineData("""{"resource":{"resourceType":"Observation","id":"b","subject":{"reference":["Patient/18"]}}},""")]
    [InlineData("""{"resource":{"resourceType":"Observation","id":"b","subject":{"reference":"\ud800"}}},""")]
    [InlineData("""{"resource":{"resourceType":"Observation","id":7,"subject":{"reference":"Patient/18"}}},""")]
    [InlineData("""{"resource":[1]},""")]
    [InlineData("""{"resource":"text"},""")]
    [InlineData("null,")]
    [InlineData("7,")]
    public void Find_BesideWhatCannotBeRead_FindsWhereTheOthersLead(string beside)
    {
        const string Shown = """{"resource":{"resourceType":"Observation","id":"a","subject":{"reference":"Patient/17"}}}""";
        var found = new HashSet<string>();

        new WayBack(["subject"], Context).Find(
            Encoding.UTF8.GetBytes($$"""{"resourceType":"Bundle","entry":[{{beside}}{{Shown}}]}"""),
            ResourceType.Parse("Observation"),
            new HashSet<string> { "a", "b" },
            ResourceType.Patient,
            found
        );

        Assert.Equal(["17"], found);
    }

    // What is not shown leads nowhere.
    [Fact]
    public void Find_WhatIsNotShown_LeadsNowhere()
    {
        var found = new HashSet<string>();

        new WayBack(["subject"], Context).Find(
            """{"entry":[{"resource":{"resourceType":"Observation","id":"a","subject":{"reference":"Patient/17"}}}]}"""u8,
            ResourceType.Parse("Observation"),
            new HashSet<string>(),
            ResourceType.Patient,
            found
        );

        Assert.Empty(found);
    }
}

using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>Forms that real clients send and that can be read in one way only are read; beside each one that cannot.</summary>
public sealed class ForgivenFormsTests
{
    [Theory]
    [InlineData("date=ge2020-01-01T12:00:00+02:00", "ge2020-01-01T12:00:00+02:00")]
    [InlineData("date=2020-01-01T12:00:00+02:00,2021-01-01T12:00:00+01:00", "2020-01-01T12:00:00+02:00,2021-01-01T12:00:00+01:00")]
    [InlineData("_lastUpdated=gt2020-01-01T12:00:00.000+00:00", "gt2020-01-01T12:00:00.000+00:00")]
    public void Search_OffsetWhosePlusWasNotEncoded_IsThatOffset(string query, string value)
    {
        var request = RequestFixture.Understood("GET", $"/fhir/Observation?{query}");

        Assert.Equal(value, Assert.Single(request.Parameters).Value);
    }

    [Theory]
    [InlineData("date=2020-01-01+12:00:00")]
    [InlineData("date=2020-01-01T12:00:00+2:00")]
    [InlineData("date=2020-01-01T12:00:00++02:00")]
    [InlineData("date=+02:00")]
    public void Search_SpaceThatCanHaveBeenSomethingElse_IsRefused(string query) =>
        Assert.Same(DenyReason.MalformedQuery, RequestFixture.Refused("GET", $"/fhir/Observation?{query}"));

    [Theory]
    [InlineData("respond-async, handling=lenient", true)]
    [InlineData("respond-async", false)]
    public void Export_OptionalInputThatIsNotServed_IsLeftOutOnlyWhereThatWasAskedFor(string prefer, bool isServed)
    {
        var headers = new FhirHeaders { Prefer = prefer };
        const string Target = "/fhir/Patient/$export?_type=Observation&includeAssociatedData=LatestProvenanceResources";
        if (isServed)
        {
            Assert.Equal(["_type"], RequestFixture.Understood("GET", Target, headers).Parameters.Select(static input => input.Name));
        }
        else
        {
            Assert.Same(DenyReason.UnknownParameter, RequestFixture.Refused("GET", Target, headers));
        }

        Assert.Same(DenyReason.UnknownParameter, RequestFixture.Refused("GET", "/fhir/Patient/$export?patients=all", headers));
    }

    [Theory]
    [InlineData("urn:oid:1.2.3", true)]
    [InlineData("urn:isbn:1", false)]
    public void Transaction_EntriesThatNameEachOtherByOid_AreRead(string name, bool isRead)
    {
        var body = $$"""
            {"resourceType":"Bundle","type":"transaction","entry":[
              {"fullUrl":"{{name}}","request":{"method":"POST","url":"Encounter"},"resource":{"resourceType":"Encounter","status":"finished",
              "class":{"code":"AMB"},"subject":{"reference":"Patient/17"} } },
              {"request":{"method":"POST","url":"Observation"},"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},
              "subject":{"reference":"Patient/17"},"encounter":{"reference":"{{name}}"} } }]}
            """;
        if (isRead)
        {
            Assert.Equal(2, RequestFixture.Understood("POST", "/fhir", RequestFixture.Json, body).Entries.Count);
        }
        else
        {
            Assert.Same(DenyReason.MalformedBody, RequestFixture.Refused("POST", "/fhir", RequestFixture.Json, body));
        }
    }
}

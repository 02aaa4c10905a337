using PhiGateway.Fhir.Context;
using PhiGateway.Gateway.Handles;
using Xunit;

namespace PhiGateway.Tests.Gateway.Handles;

public sealed class UpstreamPlaceTests
{
    private static readonly string[] Bases = ["http://ehr.example:8080/fhir/R4", "http://ehr-2.example/fhir/R4"];

    [Theory]
    [InlineData("http://ehr.example:8080/fhir/R4?_getpages=1&_getpagesoffset=20", "?_getpages=1&_getpagesoffset=20")]
    [InlineData("http://ehr.example:8080/fhir/R4/Observation?page=2", "/Observation?page=2")]
    [InlineData("http://ehr-2.example/fhir/R4/export-status/7", "/export-status/7")]
    [InlineData("http://EHR.example:8080/fhir/R4/export-status/7", "/export-status/7")]
    [InlineData("/fhir/R4/Observation?page=2", "/Observation?page=2")]
    [InlineData("?_getpages=1", "?_getpages=1")]
    [InlineData("Observation?name=John Smith", "/Observation?name=John%20Smith")]
    [InlineData("Observation?date=<2020&_content=\"a\"", "/Observation?date=%3C2020&_content=%22a%22")]
    [InlineData("Observation?code=a|b&x=\\", "/Observation?code=a%7Cb&x=%5C")]
    [InlineData("Observation?name=M\u00FCller", "/Observation?name=M%C3%BCller")]
    [InlineData("Observation?page=2#top", "/Observation?page=2")]
    [InlineData("Observation?page=2", "/Observation?page=2")]
    [InlineData("Observation?next=http://ehr.example/x", "/Observation?next=http://ehr.example/x")]
    [InlineData("Observation?code=http%3A%2F%2Floinc.org%7C1", "/Observation?code=http%3A%2F%2Floinc.org%7C1")]
    public void Find_BelowTheBase_GivesPathAndQuery(string link, string expected) =>
        Assert.Equal(expected, UpstreamPlace.Find(link, Bases));

    [Theory]
    [InlineData("")]
    [InlineData("http://ehr.example:8080/fhir/R4")]
    [InlineData("http://ehr.example:8080/fhir/R44/Observation")]
    [InlineData("http://ehr.example:8080/other")]
    [InlineData("https://ehr.example:8080/fhir/R4/Observation")]
    [InlineData("http://ehr.example/fhir/R4/Observation")]
    [InlineData("http://ehr.example:8080@evil.example/fhir/R4/Observation")]
    [InlineData("http://me@ehr.example:8080/fhir/R4/Observation")]
    [InlineData("//evil.example/fhir/R4/Observation")]
    [InlineData("http://evil.example/fhir/R4/Observation")]
    [InlineData("http://ehr.example:8080/fhir/R4/../admin")]
    [InlineData("http://ehr.example:8080/fhir/R4/%2e%2e/admin")]
    [InlineData("http://ehr.example:8080/fhir/R4/..%2fadmin")]
    [InlineData("http://ehr.example:8080/fhir/R4/x%5c..%5cadmin")]
    [InlineData("/fhir/R4/../../admin")]
    [InlineData("../admin")]
    [InlineData("/admin")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/fhir/R4/x\\y")]
    [InlineData("/fhir/R4/x y")]
    [InlineData("/fhir/R4/x#y")]
    [InlineData("/fhir/R4/x\"y")]
    [InlineData("/fhir/R4/x?a\nb")]
    [InlineData("/fhir/R4/x?a\0b")]
    public void Find_AnywhereElse_GivesNothing(string link) => Assert.Null(UpstreamPlace.Find(link, Bases));
}

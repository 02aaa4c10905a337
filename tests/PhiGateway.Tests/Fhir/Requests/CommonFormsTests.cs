using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>Spellings that common clients use and that mean one thing only: they are read as what they mean, and go upstream in one form.</summary>
public sealed class CommonFormsTests
{
    [Theory]
    [InlineData("\"3\"")]
    [InlineData("W/\"3\"")]
    [InlineData("3")]
    public void Read_VersionTagStrongOrWeak_IsTheWeakOneThatFhirWrites(string tag)
    {
        var request = RequestFixture.Understood("DELETE", "/fhir/Observation/1", new FhirHeaders { IfMatch = tag });

        Assert.Equal("W/\"3\"", request.Headers.IfMatch);
        Assert.Contains(
            UpstreamCallFactory.Create(request, RequestFixture.Permit()).Headers,
            static header => header is { Key: "If-Match", Value: "W/\"3\"" }
        );
    }

    [Theory]
    [InlineData("/fhir/Observation/?patient=17", "/Observation?patient=17")]
    [InlineData("/fhir/Observation?patient=17&", "/Observation?patient=17")]
    [InlineData("/fhir/Patient?_tag:not=urn:a%7Cb", "/Patient?_tag:not=urn:a%7Cb")]
    [InlineData("/fhir/Patient?_security:missing=true", "/Patient?_security:missing=true")]
    public void Read_SpelledAsCommonClientsDo_MeansTheSame(string target, string sent) =>
        Assert.Equal(sent, UpstreamCallFactory.Create(RequestFixture.Understood("GET", target), RequestFixture.Permit()).PathAndQuery);

    [Theory]
    [InlineData("/fhir/Patient?_tag:exact=b")]
    [InlineData("/fhir/Patient?_id:not=b")]
    [InlineData("/fhir/Patient?_lastUpdated:missing=true")]
    public void Read_ModifierOfAnotherKindOnWordsOfEveryResource_IsRefused(string target) =>
        Assert.Equal(DenyReason.UnknownParameter, RequestFixture.Refused("GET", target));

    [Theory]
    [InlineData("application/fhir+json; fhirVersion=4.0.1")]
    [InlineData("application/fhir+json;charset=utf8")]
    [InlineData("application/fhir+json; charset=UTF-8; fhirVersion=4.0")]
    public void Read_MediaTypeInItsUsualSpellings_IsTaken(string type)
    {
        const string Body = """{"resourceType":"Patient"}""";
        RequestFixture.Understood("POST", "/fhir/Patient", new FhirHeaders { ContentType = type, Accept = type }, Body);
    }

    [Fact]
    public void Read_TypeListRepeatedInAnExport_IsOneListUpstream()
    {
        var request = RequestFixture.Understood("GET", "/fhir/$export?_type=Patient&_type=Observation,Condition", RequestFixture.Async);

        Assert.Equal(["Condition", "Observation", "Patient"], request.Parts.Select(static part => part.Type.Name).Order());
        Assert.Equal(
            "/$export?_type=Patient,Observation,Condition",
            UpstreamCallFactory.Create(request, RequestFixture.Permit()).PathAndQuery
        );
    }

    [Fact]
    public void Read_ProvenanceInAHeader_IsRefusedInsteadOfDropped() =>
        Assert.Equal(
            DenyReason.NotUnderstood,
            RequestFixture.Refused(
                "POST",
                "/fhir/Patient",
                RequestFixture.Json with
                {
                    Provenance = """{"resourceType":"Provenance"}""",
                },
                """{"resourceType":"Patient"}"""
            )
        );

    [Fact]
    public void Decide_AllIncludesOfAType_AreThoseThatTheGrantNames()
    {
        var grant = TestRegistry.Grant() with
        {
            Types = ["Encounter", "Patient", "Location"],
            Includes = ["Encounter:subject", "Encounter:location:Location", "Observation:subject"],
        };
        var request = RequestFixture.Understood("GET", "/fhir/Encounter?patient=17&_include=Encounter:*");

        var permit = Assert.IsType<Permit>(Decide(request, grant));
        var none = Decide(request, grant with { Includes = ["Observation:subject"] });

        Assert.Equal(
            "/Encounter?patient=17&_include=Encounter:location:Location&_include=Encounter:subject:Patient",
            string.Join('&', UpstreamCallFactory.Create(request, permit).PathAndQuery.Split('&').Order(StringComparer.Ordinal))
        );
        Assert.Equal(DenyReason.IncludeNotPermitted, Assert.IsType<Deny>(none).Reason);
        Assert.Equal(DenyReason.UnknownParameter, RequestFixture.Refused("GET", "/fhir/Encounter?patient=17&_include=Observation:*"));
    }

    private static Decision Decide(FhirRequest request, Grant grant) =>
        PolicyDecisionPoint.Decide(
            Asked.For(Asked.Caller(), [.. request.Parts]),
            TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grant)))
        );
}

using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>
/// A call by POST that has its simple inputs in the address and no body is the call by GET; beside a body, and where an operation is called
/// by POST alone, inputs stand in the body.
/// </summary>
public sealed class CallWithoutBodyTests
{
    [Theory]
    [InlineData("Patient/17/$everything?_count=50&_type=Observation")]
    [InlineData("Observation/$lastn?patient=17&category=vital-signs&max=3")]
    [InlineData("ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/all-languages&filter=ger")]
    [InlineData("Group/g1/$export?_type=Patient,Observation")]
    public void Read_PostWithoutBody_IsTheCallByGet(string target)
    {
        var asked = RequestFixture.Understood("POST", "/fhir/" + target, RequestFixture.Async);
        var plain = RequestFixture.Understood("GET", "/fhir/" + target, RequestFixture.Async);

        Assert.Equal(plain.Parameters, asked.Parameters);
        Assert.Equal(plain.Parts.Select(static part => part.Type), asked.Parts.Select(static part => part.Type));
        Assert.Equal(Sent(plain), Sent(asked));
    }

    [Theory]
    [InlineData("Patient/17/$everything?_count=50", """{"resourceType":"Parameters"}""")]
    [InlineData("Patient/$match?count=1", "")]
    [InlineData("Patient/$validate?mode=create", "")]
    [InlineData("Claim/$submit?x=1", "")]
    public void Read_InputsBesideABodyOrOfWhatNeedsOne_AreRefused(string target, string body) =>
        Assert.Same(DenyReason.MalformedQuery, RequestFixture.Refused("POST", "/fhir/" + target, RequestFixture.Json, body));

    // Whom an export is of stands in the body alone (Bulk Data Access).
    [Fact]
    public void Read_PatientOfAnExportInItsAddress_IsRefused() =>
        Assert.Same(
            DenyReason.UnknownParameter,
            RequestFixture.Refused("POST", "/fhir/Patient/$export?patient=Patient/17", RequestFixture.Async)
        );

    private static (string Method, string PathAndQuery) Sent(FhirRequest request)
    {
        var call = UpstreamCallFactory.Create(request, RequestFixture.Permit());
        return (call.Method, call.PathAndQuery);
    }
}

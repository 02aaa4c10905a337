using System.Text;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>
/// Who prefers to be treated leniently is answered without the names that nobody knows, as R4 has it (search, handling errors); what turns
/// a search round, says whose records are meant, or hangs on a condition is refused to everybody.
/// </summary>
public sealed class LenientSearchTests
{
    private const string Form = "application/x-www-form-urlencoded";

    [Theory]
    [InlineData("Observation?patient=17&nothing=1", "patient=17")]
    [InlineData("Observation?nothing=1&patient=17&other=a,b", "patient=17")]
    [InlineData("Observation?patient=17&_=1764512345678", "patient=17")]
    [InlineData("Patient/17/Observation?status=final&nothing=1", "status=final")]
    [InlineData("Practitioner?nothing=1", "")]
    public void Read_NameThatNobodyKnows_IsPassedOverWhereThatIsPreferred(string target, string parameters)
    {
        foreach (var prefer in (string[])["handling=lenient", "return=minimal, handling=\"lenient\""])
        {
            var request = RequestFixture.Understood("GET", "/fhir/" + target, new FhirHeaders { Prefer = prefer });

            Assert.Equal(parameters, Of(request));
            Assert.DoesNotContain("nothing", UpstreamCallFactory.Create(request, RequestFixture.Permit()).PathAndQuery);
        }

        foreach (var prefer in (string?[])[null, "handling=strict", "handling=lenient, handling=strict", "respond-async"])
        {
            var refused = RequestFixture.Refused("GET", "/fhir/" + target, new FhirHeaders { Prefer = prefer });

            Assert.Same(DenyReason.UnknownParameter, refused);
        }
    }

    [Theory]
    [InlineData("Observation?code:nothing=x")]
    [InlineData("Observation?nothing:not=x")]
    [InlineData("Observation?patient.nothing=x")]
    [InlineData("Observation?_has:Provenance:target:nothing=x")]
    [InlineData("Observation?_filter=x")]
    [InlineData("Observation?_list=1")]
    [InlineData("Observation?_getpages=abc")]
    [InlineData("Observation?_include=Observation:nothing")]
    [InlineData("Observation?_sort=nothing")]
    [InlineData("Observation?Code=x")]
    [InlineData("Observation?access_token=abc")]
    [InlineData("Location?patient=17")]
    [InlineData("Location?PATIENT=17")]
    [InlineData("Observation?beneficiary=17")]
    [InlineData("Observation/1?nothing=1")]
    [InlineData("?_type=Observation&nothing=1")]
    [InlineData("Patient/17/$everything?nothing=1")]
    public void Read_WhatIsMoreThanAName_IsRefusedToEverybody(string target) =>
        Assert.Same(
            DenyReason.UnknownParameter,
            RequestFixture.Refused("GET", "/fhir/" + target, new FhirHeaders { Prefer = "handling=lenient" })
        );

    // A condition of a write means more records without one of its parameters.
    [Theory]
    [InlineData("PUT", "Observation?identifier=a|1&nothing=1", null)]
    [InlineData("DELETE", "Observation?identifier=a|1&nothing=1", null)]
    [InlineData("POST", "Observation", "identifier=a|1&nothing=1")]
    public void Read_ConditionOfAWrite_IsRefusedToEverybody(string method, string target, string? ifNoneExist)
    {
        var headers = RequestFixture.Json with { Prefer = "handling=lenient", IfNoneExist = ifNoneExist };
        var body = method == "DELETE" ? string.Empty : """{"resourceType":"Observation","status":"final"}""";

        Assert.Same(DenyReason.UnknownParameter, RequestFixture.Refused(method, "/fhir/" + target, headers, body));
    }

    // The page behind a form is asked for without the header that the form came with.
    [Fact]
    public void Read_FormAndThePageBehindIt_AreOneSearch()
    {
        const string Text = "patient=17&nothing=1";
        var headers = new FhirHeaders { ContentType = Form, Prefer = "handling=lenient" };
        var asked = RequestFixture.Understood("POST", "/fhir/Observation/_search", headers, Text);
        var kept = new OriginalRequest("POST", "/fhir/Observation/_search", Form, IsAsync: false, Encoding.ASCII.GetBytes(Text));
        var page = RequestFixture.Understood(kept.Method, kept.Target, kept.Headers, Text);

        Assert.Equal(("patient=17", "patient=17"), (Of(asked), Of(page)));
        Assert.Same(
            DenyReason.UnknownParameter,
            RequestFixture.Refused("POST", "/fhir/Observation/_search", headers with { Prefer = null }, Text)
        );
    }

    [Fact]
    public void Read_EntryOfABatch_IsReadAsTheBatchPrefers()
    {
        const string Batch =
            """{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Observation?patient=17&nothing=1"}}]}""";
        var lenient = RequestFixture.Understood("POST", "/fhir", RequestFixture.Json with { Prefer = "handling=lenient" }, Batch);
        var plain = RequestFixture.Understood("POST", "/fhir", RequestFixture.Json, Batch);

        Assert.Equal("patient=17", Of(Assert.Single(lenient.Entries)));
        Assert.Equal(DenyReason.UnknownParameter, Assert.Single(plain.Entries).Unread?.Reason);
    }

    private static string Of(FhirRequest request) =>
        string.Join('&', request.Parameters.Select(static parameter => $"{parameter.Name}={parameter.Value}"));
}

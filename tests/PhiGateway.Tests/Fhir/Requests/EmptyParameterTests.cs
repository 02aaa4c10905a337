using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>
/// A parameter of a search without a value is ignored, as forms of browsers send it; where it would say whose records are meant, and wherever
/// something else than a search hangs on it, it is refused. What asks for the absence of something is asked for as it is.
/// </summary>
public sealed class EmptyParameterTests
{
    private const string Form = "application/x-www-form-urlencoded";

    [Theory]
    [InlineData("Patient?name=&birthdate=1980-01-01", "birthdate=1980-01-01")]
    [InlineData("Patient?birthdate=1980-01-01&name=", "birthdate=1980-01-01")]
    [InlineData("Patient?name:exact=&birthdate=1980-01-01&gender=&", "birthdate=1980-01-01")]
    [InlineData("Patient?name=", "")]
    [InlineData("Patient/?name=", "")]
    [InlineData("Observation?patient=17&category=&_include=&_count=", "patient=17")]
    [InlineData("Observation?patient=17&_has:Provenance:target:agent=", "patient=17")]
    [InlineData("Observation?patient=17&nothing=&_format=", "patient=17")]
    [InlineData("Patient/17/Observation?code=&status=final", "status=final")]
    [InlineData("Patient/17/*?_since=&_type=Observation", "_type=Observation")]
    [InlineData("?_type=Patient&_lastUpdated=", "_type=Patient")]
    public void Read_SearchWithAParameterWithoutAValue_IsTheSearchWithoutIt(string target, string parameters)
    {
        var asked = Of(RequestFixture.Understood("GET", "/fhir/" + target));
        var plain = RequestFixture.Understood("GET", "/fhir/" + target.Split('?')[0].TrimEnd('/') + "?" + parameters);

        Assert.Equal(parameters, asked.Parameters);
        Assert.Equal(Of(plain), asked);
    }

    [Theory]
    [InlineData("/fhir/Patient/_search", "name=&birthdate=1980-01-01&gender=")]
    [InlineData("/fhir/Patient/_search?name=", "birthdate=1980-01-01")]
    [InlineData("/fhir/Patient/_search?birthdate=1980-01-01", "name=")]
    public void Read_FormWithAParameterWithoutAValue_IsTheSearchWithoutIt(string target, string form) =>
        Assert.Equal(
            "birthdate=1980-01-01",
            Of(RequestFixture.Understood("POST", target, new FhirHeaders { ContentType = Form }, form)).Parameters
        );

    // Of a name that was left out by mistake nobody is meant, not everybody.
    [Theory]
    [InlineData("Observation?patient=")]
    [InlineData("Observation?patient=&code=x")]
    [InlineData("Observation?subject=")]
    [InlineData("Observation?subject:Patient=&status=final")]
    [InlineData("Observation?patient.name=")]
    [InlineData("Observation?subject:Patient.identifier=")]
    [InlineData("Appointment?actor=")]
    [InlineData("Coverage?beneficiary=")]
    [InlineData("Patient?_id=")]
    [InlineData("Observation?_id=&patient=17")]
    [InlineData("?_type=")]
    [InlineData("?_type=Observation&patient=")]
    [InlineData("Practitioner/1/*?patient=")]
    [InlineData("?_page=")]
    [InlineData("Observation?patient=17&=x")]
    [InlineData("Observation?patient=17&code")]
    [InlineData("Observation?patient=17&code=,")]
    public void Read_ParameterThatSaysWhoIsMeantWithoutAValue_IsRefused(string target)
    {
        Assert.Equal(DenyReason.MalformedQuery, RequestFixture.Refused("GET", "/fhir/" + target));
        if (target.StartsWith("Observation?", StringComparison.Ordinal))
        {
            var form = target["Observation?".Length..];
            Assert.Equal(
                DenyReason.MalformedQuery,
                RequestFixture.Refused("POST", "/fhir/Observation/_search", new FhirHeaders { ContentType = Form }, form)
            );
        }
    }

    // A condition of a write means more records without one of its parameters; so do an export and an operation.
    [Theory]
    [InlineData("PUT", "Observation?identifier=a|1&status=")]
    [InlineData("PUT", "Observation?identifier=")]
    [InlineData("DELETE", "Observation?identifier=a|1&status=")]
    [InlineData("DELETE", "Observation?status=")]
    [InlineData("GET", "Patient/17/$everything?_since=")]
    [InlineData("GET", "$export?_type=")]
    [InlineData("GET", "Patient/17?_elements=")]
    [InlineData("GET", "Patient/17/_history?_since=")]
    [InlineData("GET", "metadata?mode=")]
    public void Read_WhatIsNoSearch_HasNoParameterWithoutAValue(string method, string target)
    {
        var body =
            method == "PUT" ? """{"resourceType":"Observation","status":"final","subject":{"reference":"Patient/17"}}""" : string.Empty;
        var headers = new FhirHeaders { ContentType = method == "PUT" ? "application/fhir+json" : null };

        Assert.Equal(DenyReason.MalformedQuery, RequestFixture.Refused(method, "/fhir/" + target, headers, body));
    }

    [Theory]
    [InlineData("identifier=a|1", true)]
    [InlineData("identifier=a|1&status=", false)]
    [InlineData("identifier=", false)]
    public void Read_ConditionOfACreate_HasNoParameterWithoutAValue(string condition, bool isRead)
    {
        var headers = new FhirHeaders { ContentType = "application/fhir+json", IfNoneExist = condition };
        const string body = """{"resourceType":"Observation","status":"final","subject":{"reference":"Patient/17"}}""";

        Assert.Equal(isRead, RequestFixture.Read("POST", "/fhir/Observation", headers, body).TryGet(out _, out _));
    }

    [Theory]
    [InlineData("Patient?identifier=a|1", true)]
    [InlineData("Patient?identifier=a|1&birthdate=", false)]
    public void Read_ConditionalReference_HasNoParameterWithoutAValue(string reference, bool isRead)
    {
        var bundle = $$"""
            {"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"POST","url":"Observation"},
            "resource":{"resourceType":"Observation","status":"final","subject":{"reference":"{{reference}}"} } }]}
            """;

        var reading = RequestFixture.Read("POST", "/fhir", new FhirHeaders { ContentType = "application/fhir+json" }, bundle);

        Assert.Equal(isRead, reading.TryGet(out _, out _));
    }

    // What the gateway adds stands beside, so that nothing is turned round by these.
    [Theory]
    [InlineData("Observation?category:not=laboratory")]
    [InlineData("Observation?category:missing=true")]
    [InlineData("Observation?category:not-in=http://x")]
    [InlineData("Observation?patient:missing=true")]
    [InlineData("Appointment?actor:missing=false&date=2026-01-01")]
    public void Read_SearchForWhatIsNotThere_SetsNoConditionAndNamesNobody(string target)
    {
        var part = Assert.Single(RequestFixture.Understood("GET", "/fhir/" + target).Parts);

        Assert.Empty(part.Conditions);
        Assert.Empty(part.Patients);
        Assert.NotEmpty(part.Uses);
    }

    [Theory]
    [InlineData("PUT", "Observation?patient:missing=true")]
    [InlineData("DELETE", "Observation?patient:missing=true")]
    public void Read_ConditionOnAMissingOwner_IsRefused(string method, string target)
    {
        var body =
            method == "PUT" ? """{"resourceType":"Observation","status":"final","subject":{"reference":"Patient/17"}}""" : string.Empty;
        var headers = new FhirHeaders { ContentType = method == "PUT" ? "application/fhir+json" : null };

        Assert.Equal(DenyReason.UnknownParameter, RequestFixture.Refused(method, "/fhir/" + target, headers, body));
    }

    private static (string Parameters, string Target, string Patients, string Uses) Of(FhirRequest request) =>
        (
            string.Join('&', request.Parameters.Select(static parameter => $"{parameter.Name}={parameter.Value}")),
            request.Canonical.ToTarget(),
            string.Join(' ', request.Parts.SelectMany(static part => part.Patients)),
            string.Join(' ', request.Parts.SelectMany(static part => part.Uses))
        );
}

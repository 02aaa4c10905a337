using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

public sealed class SearchTests
{
    [Theory]
    [InlineData("Observation?patient=17", "17")]
    [InlineData("Observation?patient=Patient/17", "17")]
    [InlineData("Observation?subject=Patient/17", "17")]
    [InlineData("Observation?subject=17", "17")]
    [InlineData("Observation?subject:Patient=17", "17")]
    [InlineData("Observation?subject:Patient=Patient/17", "17")]
    [InlineData("Observation?patient=https://gw.hospital.example/fhir/Patient/17", "17")]
    [InlineData("Observation?patient=https://ehr.internal:8443/r4/Patient/17", "17")]
    [InlineData("Observation?patient=17,18", "17|18")]
    [InlineData("Observation?patient=17&subject=Patient/17", "17")]
    [InlineData("Observation?performer=Patient/99", "")]
    [InlineData("Observation?subject=Group/4", "")]
    [InlineData("Patient?_id=17", "17")]
    [InlineData("Patient?_id=17,18", "17|18")]
    [InlineData("Patient?identifier=a|17", "")]
    [InlineData("Patient/17/Observation", "17")]
    [InlineData("Patient/17/Observation?patient=17", "17")]
    [InlineData("Encounter?patient=17", "17")]
    [InlineData("Task?patient=17", "17")]
    [InlineData("Coverage?beneficiary=Patient/17", "17")]
    [InlineData("Coverage?subscriber=Patient/17", "")]
    public void Read_Search_NamesPatientsThroughOwnersOnly(string target, string patients) =>
        Assert.Equal(
            patients,
            string.Join('|', RequestFixture.Understood("GET", $"/fhir/{target}").Parts[0].Patients.Select(patient => patient.Value))
        );

    [Theory]
    [InlineData("Observation?patient=17&patient=18", "malformed-query")]
    [InlineData("Observation?patient=17&subject=Patient/18", "malformed-query")]
    [InlineData("Patient/17/Observation?patient=18", "malformed-query")]
    [InlineData("Patient/17/*?_id=1&_has:Observation:patient:code=x&patient=18", "unknown-parameter")]
    [InlineData("Observation?patient=https://evil.example/fhir/Patient/17", "malformed-query")]
    [InlineData("Observation?patient=https://gw.hospital.example/fhirx/Patient/17", "malformed-query")]
    [InlineData("Observation?patient=https://GW.hospital.example/fhir/Patient/17", "malformed-query")]
    [InlineData("Observation?patient=Group/17", "malformed-query")]
    [InlineData("Observation?subject=Patient/17,Group/4", "malformed-query")]
    [InlineData("Observation?patient=17,", "malformed-query")]
    [InlineData("Observation?patient=17\u005c,18", "malformed-query")]
    [InlineData("Observation?patient=Patient/17/x", "malformed-query")]
    [InlineData("Observation?patient=Patient%3Fidentifier%3D1", "malformed-query")]
    [InlineData("Observation?patient=urn:uuid:0", "malformed-query")]
    [InlineData("Observation?patient:not=17", "unknown-parameter")]
    [InlineData("Observation?subject:identifier=a|1", "unknown-parameter")]
    [InlineData("Observation?subject:Practitioner=17", "unknown-parameter")]
    [InlineData("Observation?Patient=17", "unknown-parameter")]
    [InlineData("Observation?patient:exact=17", "unknown-parameter")]
    [InlineData("Observation?nothing=1", "unknown-parameter")]
    [InlineData("Observation?_filter=code%20eq%20x", "unknown-parameter")]
    [InlineData("Observation?_query=x", "unknown-parameter")]
    [InlineData("Observation?_content=x", "unknown-parameter")]
    [InlineData("Observation?_text=x", "unknown-parameter")]
    [InlineData("Observation?_list=1", "unknown-parameter")]
    [InlineData("Observation?_contained=true", "unknown-parameter")]
    [InlineData("Observation?_include=*", "unknown-parameter")]
    [InlineData("Observation?_include=Encounter:*", "unknown-parameter")]
    [InlineData("Observation?_include=Observation:code", "unknown-parameter")]
    [InlineData("Observation?_include=Encounter:patient", "unknown-parameter")]
    [InlineData("Observation?_include:recurse=Observation:subject", "unknown-parameter")]
    [InlineData("Observation?_revinclude=Encounter:patient", "unknown-parameter")]
    [InlineData("Observation?focus.name=x", "unknown-parameter")]
    [InlineData("Observation?code.name=x", "unknown-parameter")]
    [InlineData("Observation?_has:Nothing:patient:code=1", "unknown-parameter")]
    [InlineData("Patient?_has:Observation:code:code=1", "unknown-parameter")]
    [InlineData("Observation?_sort=nothing", "unknown-parameter")]
    [InlineData("Observation?_count=-1", "malformed-query")]
    [InlineData("Observation?_count=1&_count=2", "malformed-query")]
    [InlineData("Observation?_summary=all", "malformed-query")]
    [InlineData("Observation?date=tomorrow", "malformed-query")]
    [InlineData("Observation?code=a|b|c", "malformed-query")]
    [InlineData("Observation?_format=xml", "not-acceptable")]
    public void Read_SearchOutsideTheGrammar_IsRefused(string target, string reason) =>
        Assert.Equal(reason, RequestFixture.Refused("GET", $"/fhir/{target.Replace("\\", "%5C", StringComparison.Ordinal)}").Code);

    [Fact]
    public void Read_TokenWithoutModifier_IsACondition()
    {
        var part = RequestFixture.Understood("GET", "/fhir/Observation?category=http://x|laboratory,vital-signs&code:below=1").Parts[0];
        var condition = Assert.Single(part.Conditions);
        Assert.Equal("category", condition.Parameter);
        Assert.Equal([new TokenValue("http://x", "laboratory"), new TokenValue(null, "vital-signs")], condition.AnyOf);
    }

    [Fact]
    public void Read_EscapedComma_StaysInOneValue()
    {
        var condition = RequestFixture.Understood("GET", "/fhir/Observation?category=a%5C,b%5C|c").Parts[0].Conditions.Single();
        Assert.Equal(new TokenValue(null, "a,b|c"), Assert.Single(condition.AnyOf));
    }

    [Theory]
    [InlineData("Observation?_include=Observation:patient", "Include", "Patient")]
    [InlineData("Observation?_include=Observation:subject:Patient", "Include", "Patient")]
    [InlineData("Observation?_include=Observation:encounter", "Include", "Encounter|EpisodeOfCare")]
    [InlineData("Patient?_revinclude=Observation:patient", "RevInclude", "Observation")]
    [InlineData(
        "Patient?_revinclude=Observation:patient&_include:iterate=Observation:encounter:Encounter",
        "RevInclude|Include",
        "Observation|Encounter"
    )]
    [InlineData("Observation?_revinclude=Provenance:target", "RevInclude", "Provenance")]
    [InlineData("Observation?subject:Patient.name=eve", "Chain", "Patient")]
    [InlineData("Observation?patient.birthdate=1970-01-01", "Chain", "Patient")]
    [InlineData("Patient?_has:Observation:patient:code=1234-5", "ReverseChain", "Observation")]
    [InlineData(
        "Patient?_has:Observation:patient:encounter:Encounter.location.name=x",
        "ReverseChain|Chain|Chain",
        "Observation|Encounter|Location"
    )]
    [InlineData(
        "Patient?_has:Observation:patient:_has:AuditEvent:entity:agent:Practitioner.family=x",
        "ReverseChain|ReverseChain|Chain",
        "Observation|AuditEvent|Practitioner"
    )]
    public void Read_WhatIsPulledIn_BecomesParts(string target, string roles, string types)
    {
        var parts = RequestFixture.Understood("GET", $"/fhir/{target}").Parts.Skip(1).ToList();
        Assert.Equal(
            roles.Split('|').Order(),
            parts
                .Select(part => part.Role.ToString())
                .Order()
                .Distinct()
                .SelectMany(role => Enumerable.Repeat(role, roles.Split('|').Count(r => r == role)))
        );
        Assert.Equal(types.Split('|').Order(), parts.Select(part => part.Type.Name).Order());
    }

    [Fact]
    public void Read_QueryAndForm_AreJudgedTogether()
    {
        Assert.Same(
            DenyReason.MalformedQuery,
            RequestFixture.Refused("POST", "/fhir/Observation/_search?patient=17", RequestFixture.Form, "patient=18")
        );
        var request = RequestFixture.Understood("POST", "/fhir/Observation/_search?patient=17", RequestFixture.Form, "category=laboratory");
        Assert.Equal(2, request.Parameters.Count);
        Assert.Equal(PatientId.Parse("17"), request.Parts[0].Patients.Single());
    }

    [Theory]
    [InlineData("/fhir/Observation?patient=17&_sort=-value-quantity", "Observation", "valueQuantity valueSampledData")]
    [InlineData("/fhir/Observation?patient=17", "Observation", "")]
    [InlineData("/fhir/Observation?code=1&status=final", "Observation", "code status")]
    [InlineData("/fhir/Observation?patient.birthdate=2000-01-01", "Patient", "birthDate")]
    [InlineData("/fhir/Observation?patient.birthdate=2000-01-01", "Observation", "")]
    [InlineData("/fhir/Patient?_has:Observation:patient:code=1", "Observation", "code")]
    [InlineData("/fhir/Patient?_has:Observation:performer:code=1", "Observation", "code performer")]
    [InlineData("/fhir/Observation?encounter.diagnosis.code=1", "Condition", "code")]
    [InlineData("/fhir?_type=Patient&_lastUpdated=gt2026-01-01", "Patient", "meta")]
    public void Read_FiltersAndSorts_StandAtThePartThatIsSearched(string target, string type, string elements)
    {
        var part = RequestFixture.Understood("GET", target).Parts.First(one => one.Type.Name == type);
        Assert.Equal(elements.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(), part.Uses.Distinct().Order());
    }

    [Fact]
    public void Read_PatchThatCopies_AsksAboutWhereItCopiesFrom()
    {
        var headers = new FhirHeaders { ContentType = "application/json-patch+json" };
        var request = RequestFixture.Understood(
            "PATCH",
            "/fhir/Patient/17",
            headers,
            """[{"op":"copy","from":"/birthDate","path":"/contact/0/text"}]"""
        );
        Assert.Equal(["birthDate", "contact"], request.Parts[0].Uses);
    }

    [Fact]
    public void Read_ExportFilter_StandsAtTheTypeAndBringsWhatItWalks()
    {
        var request = RequestFixture.Understood(
            "GET",
            "/fhir/$export?_type=Observation,Patient&_typeFilter=Observation%3Fpatient.birthdate%3D2000-01-01%26status%3Dfinal",
            RequestFixture.Async
        );
        Assert.Equal(
            ["status"],
            request.Parts.Single(static part => part is { Interaction: Interaction.Export, Type.Name: "Observation" }).Uses
        );
        Assert.Contains(request.Parts, static part => part is { Role: PartRole.Chain, Type.Name: "Patient", Uses: ["birthDate"] });
    }
}

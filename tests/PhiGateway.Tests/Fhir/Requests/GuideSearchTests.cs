using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Grammar.Declared;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Fhir.Grammar;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>
/// Searches as US Core 8, the International Patient Summary and mCODE have them are understood by R4's own parameters, each as one about the
/// patient that it names; a parameter that a guide defines by itself has to be declared.
/// </summary>
public sealed class GuideSearchTests
{
    // As an operator names the folder that is delivered.
    private static readonly FhirContext UsCore = RequestFixture.Context with
    {
        Declared = DeclaredParametersTests.Read([
            .. Directory
                .GetFiles(RepositoryPaths.Of("deploy", "examples", "us-core"), "*.json")
                .Select(static path => new DeclaredFile(path, File.ReadAllBytes(path))),
        ]),
    };

    [Theory]
    // US Core 8.
    [InlineData("Patient?death-date=ge2020-01-01&family=Chalmers", "")]
    [InlineData("Observation?patient=17&category=vital-signs&_lastUpdated=ge2026-01-01", "17")]
    [InlineData("Observation?patient=Patient/17&category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory", "17")]
    [InlineData("Observation?patient=17&code=http://loinc.org|85354-9,http://loinc.org|8867-4&date=ge2020&date=lt2026-02", "17")]
    [InlineData("Observation?patient=17&category=social-history,sdoh,survey&status=final,amended", "17")]
    [InlineData("Condition?patient=17&category=encounter-diagnosis&encounter=Encounter/e1", "17")]
    [InlineData("Condition?patient=17&category=problem-list-item&_lastUpdated=gt2026-01-01T00:00:00Z", "17")]
    [InlineData("Condition?patient=17&abatement-date=ge2020&recorded-date=le2026", "17")]
    [InlineData("DocumentReference?patient=17&category=http://loinc.org|42348-3&status=current", "17")]
    [InlineData("DocumentReference?patient=17&type=http://loinc.org|18842-5&period=ge2020-01-01", "17")]
    [InlineData("QuestionnaireResponse?patient=17&questionnaire=http://hl7.org/fhir/us/core/Questionnaire/hunger|8.0.0", "17")]
    [InlineData("MedicationRequest?patient=17&intent=order,plan&encounter=e1&_include=MedicationRequest:medication", "17")]
    [InlineData("MedicationDispense?patient=17&status=completed&type=FF", "17")]
    [InlineData("Encounter?patient=17&location=Location/l1&date=ge2026-01-01", "17")]
    [InlineData("Device?patient=17&status=active", "17")]
    [InlineData("ServiceRequest?patient=17&category=http://snomed.info/sct|386053000&authored=ge2026", "17")]
    [InlineData("CareTeam?patient=17&status=active&_include=CareTeam:participant:PractitionerRole", "17")]
    [InlineData("Goal?patient=17&lifecycle-status=active,on-hold&target-date=ge2026", "17")]
    [InlineData("Coverage?patient=17", "17")]
    [InlineData("PractitionerRole?specialty=208D00000X&_include=PractitionerRole:practitioner&_include=PractitionerRole:endpoint", "")]
    [InlineData("Location?address-city=Ann%20Arbor", "")]
    // International Patient Summary.
    [InlineData("Composition?patient=17&type=http://loinc.org|60591-5&_sort=-date&_count=1", "17")]
    [InlineData("DocumentReference?patient=17&type=http://loinc.org|60591-5&status=current", "17")]
    [InlineData("AllergyIntolerance?patient=17&clinical-status=active&criticality=high", "17")]
    [InlineData("Immunization?patient=17&vaccine-code=http://hl7.org/fhir/sid/cvx|207", "17")]
    [InlineData("Patient?identifier=urn:oid:2.16.724.4.40|574687583", "")]
    // mCODE.
    [InlineData("Condition?patient=17&code:in=http://hl7.org/fhir/us/mcode/ValueSet/mcode-primary-cancer-disorder-vs", "17")]
    [InlineData("Condition?patient=17&_profile=http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-primary-cancer-condition", "17")]
    [InlineData("Observation?patient=17&code=http://loinc.org|21908-9,http://loinc.org|21902-2&_include=Observation:has-member", "17")]
    [InlineData("Procedure?patient=17&code=http://snomed.info/sct|1217123003&date=ge2020", "17")]
    [InlineData("MedicationAdministration?patient=17&status=completed&_include=MedicationAdministration:medication", "17")]
    [InlineData("BodyStructure?patient=17", "17")]
    public void Read_SearchOfAGuide_IsOneAboutItsPatient(string search, string patient)
    {
        var request = RequestFixture.Understood("GET", $"/fhir/{search}");

        Assert.Equal(Interaction.SearchType, request.Interaction);
        var searched = request.Parts[0];
        Assert.Equal(PartRole.Target, searched.Role);
        Assert.Equal(search[..search.IndexOf('?', StringComparison.Ordinal)], searched.Type.Name);
        Assert.Equal(patient, string.Join(',', searched.Patients.Select(static one => one.Value)));
    }

    // Defined by US Core and by nobody else, of another kind, or at nothing that the parameter can point at.
    [Theory]
    [InlineData("CareTeam?patient=17&role=17561000")]
    [InlineData("Goal?patient=17&description=http://loinc.org|8480-6")]
    [InlineData("Encounter?patient=17&discharge-disposition=01")]
    [InlineData("Condition?patient=17&asserted-date=ge2026")]
    [InlineData("Condition?patient=17&onset-date:in=http://hl7.org/fhir/us/mcode/ValueSet/mcode-primary-cancer-disorder-vs")]
    [InlineData("Observation?patient=17&category:exact=vital-signs")]
    [InlineData("CareTeam?patient=17&_include=CareTeam:participant:Observation")]
    public void Read_ParameterThatR4DoesNotHave_IsRefused(string search) =>
        Assert.Equal(DenyReason.UnknownParameter, RequestFixture.Refused("GET", $"/fhir/{search}"));

    [Theory]
    [InlineData("Patient?race=urn:oid:2.16.840.1.113883.6.238|2106-3&gender=female", "", "extension,gender")]
    [InlineData("Patient?ethnicity=2135-2", "", "extension")]
    [InlineData("CareTeam?patient=17&role=17561000", "17", "participant")]
    [InlineData("Goal?patient=17&description=http://loinc.org|8480-6", "17", "description")]
    [InlineData("Encounter?patient=17&discharge-disposition=01", "17", "hospitalization")]
    [InlineData("Condition?patient=17&asserted-date=ge2026", "17", "extension")]
    public void Read_WhatUsCoreDefines_IsUnderstoodWithTheDeliveredFiles(string search, string patient, string elements)
    {
        var reading = RequestFixture.Read("GET", $"/fhir/{search}", context: UsCore);

        Assert.True(reading.TryGet(out var request, out _), reading.Detail);
        Assert.Equal(patient, string.Join(',', request.Parts[0].Patients.Select(static one => one.Value)));
        Assert.Equal(elements, string.Join(',', request.Parts[0].Uses));
    }

    // Its type is a CodeableConcept, which an address says as a code; a call that needs a resource is by POST alone.
    [Theory]
    [InlineData("GET", "DocumentReference/$docref?patient=17", true)]
    [InlineData("GET", "DocumentReference/$docref?patient=17&start=2026-01-01&type=http://loinc.org|34133-9&on-demand=true", true)]
    [InlineData("POST", "DocumentReference/$docref?patient=17", true)]
    [InlineData("GET", "DocumentReference/$docref?patient=17&nothing=1", false)]
    [InlineData("GET", "DocumentReference/d1/$docref?patient=17", false)]
    public void Read_DocumentsOfAPatient_AreAskedForByGet(string method, string target, bool isRead)
    {
        var reading = RequestFixture.Read(method, $"/fhir/{target}", context: UsCore);

        Assert.Equal(isRead, reading.TryGet(out var request, out _));
        Assert.Equal(isRead ? "17" : null, request?.Parts[0].Patients[0].Value);
        Assert.Equal(isRead ? "GET" : null, request is null ? null : UpstreamCallFactory.Create(request, RequestFixture.Permit()).Method);
    }
}

using PhiGateway.Policy.Decisions;
using PhiGateway.Tests.Fhir.Answers;
using Xunit;

namespace PhiGateway.Tests.Fhir.Resources;

/// <summary>Whose it is stands in another place or form than in a reference by id.</summary>
public sealed class OwnersElsewhereTests
{
    [Theory]
    [InlineData("""[{"actor":{"reference":"Patient/1"}},{"actor":{"display":"Dr. Known"}}]""", "1")]
    [InlineData("""[{"actor":{"display":"Dr. Known"}},{"actor":{"reference":"Patient/1"}}]""", "1")]
    [InlineData("""[{"actor":{"reference":"Patient/1"}},{"actor":{"type":"Practitioner","identifier":{"value":"7"}}}]""", "1")]
    [InlineData("""[{"actor":{"reference":"Patient/1"}},{"actor":{"reference":"HealthcareService/7"}}]""", "1")]
    [InlineData("""[{"actor":{"reference":"Patient/1"}},{"actor":{"identifier":{"system":"urn:mrn","value":"2"}}}]""", "undetermined")]
    [InlineData("""[{"actor":{"reference":"Patient/1"}},{"actor":{"type":"Patient","display":"another"}}]""", "undetermined")]
    [InlineData("""[{"actor":{"reference":"Patient/1"}},{"actor":{"reference":"Patient?identifier=2"}}]""", "undetermined")]
    [InlineData("""[{"actor":{"display":"Dr. Known"}}]""", "undetermined")]
    public void TryScan_ParticipantWhoCannotBeRead_HidesNoPatientWhoCan(string participants, string owner) =>
        Assert.Equal(owner, AnswerCases.Owner($$"""{"resourceType":"Appointment","id":"a","participant":{{participants}} }"""));

    [Theory]
    [InlineData("""{"identifier":{"value":"device-7"}}""", "1")]
    [InlineData("""{"display":"a portal"}""", "1")]
    [InlineData("""{"type":"Patient","identifier":{"value":"2"}}""", "undetermined")]
    public void TryScan_AgentOfAnAuditEventByANumber_HidesNoPatient(string who, string owner) =>
        Assert.Equal(
            owner,
            AnswerCases.Owner(
                $$$"""{"resourceType":"AuditEvent","agent":[{"who":{{{who}}}}],"entity":[{"what":{"reference":"Patient/1"}},{"what":{"reference":"DocumentReference/5"}}]}"""
            )
        );

    [Theory]
    [InlineData("""{"resourceType":"List","source":{"reference":"Patient/1"}}""", "1")]
    [InlineData("""{"resourceType":"List","subject":{"reference":"Patient/1"},"source":{"reference":"Patient/2"}}""", "1")]
    [InlineData("""{"resourceType":"List","source":{"reference":"Practitioner/1"}}""", "nobody")]
    [InlineData("""{"resourceType":"List","entry":[{"item":{"reference":"Medication/1"}}]}""", "nobody")]
    [InlineData("""{"resourceType":"List","entry":[{"item":{"reference":"Patient/1"}},{"item":{"reference":"Patient/2"}}]}""", "1,2")]
    [InlineData("""{"resourceType":"List","entry":[{"item":{"reference":"Observation/1"}}]}""", "undetermined")]
    [InlineData("""{"resourceType":"List","entry":[{"item":{"display":"somebody"}}]}""", "undetermined")]
    [InlineData("""{"resourceType":"List","source":{"type":"Patient","identifier":{"value":"1"}}}""", "undetermined")]
    public void TryScan_ListWithoutSubject_BelongsToWhomItNames(string json, string owner) => Assert.Equal(owner, AnswerCases.Owner(json));

    [Fact]
    public void TryScan_ListThatWasCut_IsNotTakenForNobodys()
    {
        var facts = AnswerCases.Scan(
            """{"resourceType":"List","meta":{"tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}]}}"""
        );

        Assert.True(facts!.Unjudgeable);
    }

    /// <summary>Somebody's record, whom only clients for any patient may see: named, but by no id of this server.</summary>
    [Theory]
    [InlineData("""{"reference":"#p"}""", true)]
    [InlineData("""{"identifier":{"system":"urn:mrn","value":"1"}}""", true)]
    [InlineData("""{"display":"Peter Chalmers"}""", true)]
    [InlineData("""{"reference":"urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"}""", true)]
    [InlineData("""{"reference":"https://elsewhere.example/fhir/Patient/1"}""", true)]
    [InlineData("""{"reference":"Patient?identifier=1"}""", false)]
    [InlineData("""{"reference":"/Patient/1"}""", false)]
    [InlineData("""{"reference":"HTTPS://gw.example/fhir/Patient/1"}""", false)]
    [InlineData("""{"reference":"https://ehr.internal:8443/r4//Patient/1"}""", false)]
    [InlineData("""{"reference":"Patient/1","type":"Group"}""", false)]
    public void TryScan_SubjectByAnotherName_IsUndeterminedAndReadThrough(string subject, bool isReadThrough)
    {
        var facts = AnswerCases.Scan(
            $$"""{"resourceType":"Observation","id":"o","contained":[{"resourceType":"Patient","id":"p"}],"subject":{{subject}} }"""
        )!;

        Assert.Equal((OwnerState.Undetermined, isReadThrough, 0), (facts.Owner, facts.NamesNoPatient, facts.Owners.Count));
    }
}

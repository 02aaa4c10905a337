using PhiGateway.Tests.Fhir.Answers;
using Xunit;

namespace PhiGateway.Tests.Fhir.Resources;

public sealed class ResourceScannerOwnerTests
{
    [Theory]
    [InlineData("""{"reference":"Patient/1"}""", "1")]
    [InlineData("""{"reference":"Patient/12"}""", "12")]
    [InlineData("""{"reference":"Patient/1/_history/3"}""", "1")]
    [InlineData("""{"reference":"Patient\/1"}""", "1")]
    [InlineData("""{"reference":"https://gw.example/fhir/Patient/1"}""", "1")]
    [InlineData("""{"reference":"https://ehr.internal:8443/r4/Patient/1"}""", "1")]
    [InlineData("""{"reference":"http:\/\/ehr.internal\/r4\/Patient\/1"}""", "1")]
    [InlineData("""{"reference":"Patient/1","type":"Patient","display":"Patient/2"}""", "1")]
    [InlineData("""{"display":"d","type":"Patient","reference":"Patient/1","identifier":{"system":"urn:mrn","value":"Patient/2"}}""", "1")]
    [InlineData("""[{"reference":"Patient/1"},{"reference":"Patient/2"}]""", "1,2")]
    [InlineData("""{"reference":"Patient/1","type":"Group"}""", "undetermined")]
    [InlineData("""{"reference":"urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"}""", "undetermined")]
    [InlineData("""{"reference":"#p1"}""", "undetermined")]
    [InlineData("""{"reference":"Patient?identifier=1"}""", "undetermined")]
    [InlineData("""{"reference":"https://elsewhere.example/fhir/Patient/1"}""", "undetermined")]
    [InlineData("""{"reference":"https://ehr.internal:8443/r4evil/Patient/1"}""", "undetermined")]
    [InlineData("""{"reference":"https://ehr.internal:8443/r4//Patient/1"}""", "undetermined")]
    [InlineData("""{"reference":"HTTPS://gw.example/fhir/Patient/1"}""", "undetermined")]
    [InlineData("""{"reference":"Patient/1#x"}""", "undetermined")]
    [InlineData("""{"reference":"Patient/1/"}""", "undetermined")]
    [InlineData("""{"reference":"Patient/1/_history/"}""", "undetermined")]
    [InlineData("""{"reference":"Patient/1/_history/2/3"}""", "undetermined")]
    [InlineData("""{"reference":"/Patient/1"}""", "undetermined")]
    [InlineData("""{"reference":"patient/1"}""", "undetermined")]
    [InlineData("""{"reference":"Patient/.."}""", "undetermined")]
    [InlineData("""{"reference":" Patient/1"}""", "undetermined")]
    [InlineData("""{"reference":""}""", "undetermined")]
    [InlineData("""{"identifier":{"system":"urn:mrn","value":"1"}}""", "undetermined")]
    [InlineData("""{"display":"Patient/1"}""", "undetermined")]
    [InlineData("""{}""", "undetermined")]
    [InlineData("[]", "undetermined")]
    [InlineData("\"Patient/1\"", "undetermined")]
    [InlineData("null", "undetermined")]
    [InlineData("""{"reference":"Group/1"}""", "undetermined")]
    [InlineData("""{"reference":"RelatedPerson/1"}""", "undetermined")]
    [InlineData("""{"reference":"Location/1"}""", "nobody")]
    [InlineData("""{"reference":"Device/1"}""", "nobody")]
    [InlineData("""[{"reference":"Patient/1"},{"reference":"Group/2"}]""", "undetermined")]
    [InlineData("""{"reference":{"reference":"Patient/1"}}""", "unreadable")]
    [InlineData("""{"reference":["Patient/1","Patient/2"]}""", "unreadable")]
    [InlineData("""{"reference":1}""", "unreadable")]
    [InlineData("""{"reference":"Patient/1","reference":"Patient/2"}""", "unreadable")]
    public void TryScan_SubjectOfObservation_ReadsReferenceExactly(string subject, string owner) =>
        Assert.Equal(owner, AnswerCases.Owner($$"""{"resourceType":"Observation","id":"o","subject":{{subject}}}"""));

    [Theory]
    [InlineData("""{"resourceType":"Patient","id":"1","link":[{"other":{"reference":"Patient/2"}}]}""", "1")]
    [InlineData("""{"id":"1","active":true,"resourceType":"Patient"}""", "1")]
    [InlineData("""{"resourceType":"Patient"}""", "undetermined")]
    [InlineData("""{"resourceType":"Patient","id":"a/b"}""", "undetermined")]
    [InlineData("""{"resourceType":"Observation","id":"o"}""", "undetermined")]
    [InlineData("""{"resourceType":"Observation","performer":[{"reference":"Patient/1"}]}""", "undetermined")]
    [InlineData("""{"resourceType":"Observation","subject":{"reference":"Patient/2"},"performer":[{"reference":"Patient/1"}]}""", "2")]
    [InlineData("""{"resourceType":"Observation","subject":{"reference":"Location/2"},"performer":[{"reference":"Patient/1"}]}""", "1")]
    [InlineData("""{"resourceType":"AllergyIntolerance","patient":{"reference":"Patient/1"}}""", "1")]
    [InlineData("""{"resourceType":"Coverage","beneficiary":{"reference":"Patient/1"},"subscriber":{"reference":"Patient/2"}}""", "1")]
    [InlineData("""{"resourceType":"Task","for":{"reference":"Patient/1"},"owner":{"reference":"Patient/2"}}""", "1")]
    [InlineData("""{"resourceType":"Task"}""", "undetermined")]
    [InlineData("""{"resourceType":"Device","patient":{"reference":"Patient/1"}}""", "1")]
    [InlineData("""{"resourceType":"Device","id":"d"}""", "nobody")]
    [InlineData(
        """{"resourceType":"Appointment","participant":[{"actor":{"reference":"Patient/1"}},{"actor":{"reference":"Practitioner/9"}},{"actor":{"reference":"RelatedPerson/3"}}]}""",
        "1"
    )]
    [InlineData(
        """{"resourceType":"Appointment","participant":[{"actor":{"reference":"Patient/1"}},{"actor":{"reference":"Patient/2"}}]}""",
        "1,2"
    )]
    [InlineData("""{"resourceType":"Appointment","participant":[{"actor":{"reference":"RelatedPerson/3"}}]}""", "undetermined")]
    [InlineData(
        """{"resourceType":"Appointment","participant":[{"actor":{"reference":"Patient/1"}},{"actor":{"display":"someone"}}]}""",
        "1"
    )]
    [InlineData("""{"resourceType":"Schedule","actor":[{"reference":"Practitioner/9"}]}""", "nobody")]
    [InlineData("""{"resourceType":"Group","member":[{"entity":{"reference":"Patient/1"}},{"entity":{"reference":"Patient/2"}}]}""", "1,2")]
    [InlineData("""{"resourceType":"Group","id":"g"}""", "undetermined")]
    [InlineData(
        """{"resourceType":"Person","link":[{"target":{"reference":"Patient/1"}},{"target":{"reference":"RelatedPerson/2"}}]}""",
        "undetermined"
    )]
    [InlineData("""{"resourceType":"Provenance","target":[{"reference":"Patient/1"}]}""", "1")]
    [InlineData("""{"resourceType":"Provenance","target":[{"reference":"Patient/1"},{"reference":"Observation/2"}]}""", "undetermined")]
    [InlineData(
        """{"resourceType":"AuditEvent","agent":[{"who":{"reference":"Practitioner/1"}}],"entity":[{"what":{"reference":"Patient/1"}}]}""",
        "1"
    )]
    [InlineData("""{"resourceType":"Binary","contentType":"text/plain","data":"QQ=="}""", "undetermined")]
    [InlineData("""{"resourceType":"Binary","securityContext":{"reference":"Patient/1"}}""", "1")]
    [InlineData("""{"resourceType":"Binary","securityContext":{"reference":"Organization/1"}}""", "undetermined")]
    [InlineData("""{"resourceType":"MessageHeader","focus":[{"reference":"Organization/1"}]}""", "undetermined")]
    [InlineData("""{"resourceType":"Slot","schedule":{"reference":"Schedule/1"}}""", "undetermined")]
    [InlineData("""{"resourceType":"Organization","id":"1","name":"Patient/1"}""", "nobody")]
    [InlineData("""{"resourceType":"Medication","id":"m"}""", "nobody")]
    [InlineData("""{"resourceType":"Questionnaire","item":[{"initial":[{"valueReference":{"reference":"Patient/1"}}]}]}""", "1")]
    [InlineData(
        """{"resourceType":"Questionnaire","item":[{"initial":[{"valueReference":{"type":"Patient","identifier":{"value":"1"}}}]}]}""",
        "undetermined"
    )]
    [InlineData("""{"resourceType":"Questionnaire","item":[{"initial":[{"valueReference":{"reference":"Organization/1"}}]}]}""", "nobody")]
    [InlineData(
        """{"resourceType":"Questionnaire","item":[{"initial":[{"valueReference":{"reference":"https://elsewhere.example/Patient/1"}}]}]}""",
        "undetermined"
    )]
    public void TryScan_OwnerByType_FollowsTheTypesOwnPath(string json, string owner) => Assert.Equal(owner, AnswerCases.Owner(json));

    [Theory]
    [InlineData("""[{"resourceType":"Practitioner","id":"p"}]""", "1")]
    [InlineData("""[{"resourceType":"Observation","id":"c"}]""", "1")]
    [InlineData("""[{"resourceType":"Observation","id":"c","subject":{"reference":"Patient/1"}}]""", "1")]
    [InlineData("""[{"resourceType":"Observation","id":"c","subject":{"reference":"Patient/2"}}]""", "1,2")]
    [InlineData("""[{"resourceType":"Observation","id":"c","subject":{"reference":"#x"}}]""", "undetermined")]
    [InlineData("""[{"resourceType":"Patient","id":"p"}]""", "undetermined")]
    [InlineData("""[{"id":"c","subject":{"reference":"Patient/2"},"resourceType":"Observation"}]""", "1,2")]
    [InlineData("""[{"resourceType":"Observation","contained":[{"resourceType":"Medication"}]}]""", "unreadable")]
    [InlineData("""[{"resourceType":"Nonsense"}]""", "unreadable")]
    [InlineData("""[{"id":"x"}]""", "unreadable")]
    [InlineData("""{"resourceType":"Medication"}""", "unreadable")]
    public void TryScan_Contained_CountsTowardsTheOwner(string contained, string owner) =>
        Assert.Equal(
            owner,
            AnswerCases.Owner(
                $$"""{"resourceType":"DiagnosticReport","id":"r","subject":{"reference":"Patient/1"},"contained":{{contained}}}"""
            )
        );
}

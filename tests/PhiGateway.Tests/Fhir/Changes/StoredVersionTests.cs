using System.Text;
using PhiGateway.Fhir.Changes;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Fhir.Answers;
using Xunit;

namespace PhiGateway.Tests.Fhir.Changes;

public sealed class StoredVersionTests
{
    private const string Stored = """
        {"resourceType":"Observation","id":"o1","meta":{"versionId":"1","security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"},{"system":"s","code":"HIV"}],
        "tag":[{"system":"tenant","code":"north"}]},"status":"preliminary","subject":{"reference":"Patient/1"}}
        """;

    [Theory]
    [InlineData("preliminary", "final", ProtectedChanges.None)]
    [InlineData("\"versionId\":\"1\"", "\"versionId\":\"9\"", ProtectedChanges.None)]
    [InlineData(
        "\"reference\":\"Patient/1\"",
        "\"display\":\"Jane\",\"reference\":\"https://gw.example/fhir/Patient/1\"",
        ProtectedChanges.None
    )]
    [InlineData("\"o1\"", "\"o2\"", ProtectedChanges.Id)]
    [InlineData("Patient/1", "Patient/2", ProtectedChanges.Owner)]
    [InlineData("Patient/1", "Patient/12", ProtectedChanges.Owner)]
    [InlineData("\"reference\":\"Patient/1\"", "\"display\":\"Jane\"", ProtectedChanges.Owner)]
    [InlineData("\"code\":\"R\"", "\"code\":\"N\"", ProtectedChanges.Labels)]
    [InlineData("\"code\":\"R\"", "\"code\":\"V\"", ProtectedChanges.Labels)]
    [InlineData("HIV", "PSY", ProtectedChanges.Labels)]
    [InlineData("north", "south", ProtectedChanges.Tags)]
    [InlineData("Observation", "Condition", ProtectedChanges.Type)]
    [InlineData("\"status\"", "\"id\":\"o1\",\"status\"", ProtectedChanges.Unreadable)]
    [InlineData(
        "preliminary\"",
        "final\",\"extension\":[{\"url\":\"x/inline-sec-label\",\"valueCoding\":{\"system\":\"s\",\"code\":\"PSY\"}}]",
        ProtectedChanges.Labels
    )]
    public void Compare_OneThingChanged_NamesItsProtection(string before, string after, ProtectedChanges changes) =>
        Assert.Equal(changes, Compare(Stored, Stored.Replace(before, after)));

    // What has no element for whose it is, is whose the record is that it hangs on, or is about.
    [Theory]
    [InlineData("Slot", "schedule", "{\"reference\":\"Schedule/1\"}", "{\"reference\":\"Schedule/2\"}", ProtectedChanges.Owner)]
    [InlineData("Slot", "schedule", "{\"reference\":\"Schedule/1\"}", "{\"display\":\"one\"}", ProtectedChanges.Owner)]
    [InlineData("Slot", "schedule", "{\"display\":\"one\"}", "{\"display\":\"other\"}", ProtectedChanges.Owner)]
    [InlineData("Slot", "status", "\"free\"", "\"busy\"", ProtectedChanges.None)]
    [InlineData(
        "Slot",
        "schedule",
        "{\"reference\":\"Schedule/1\"}",
        "{\"display\":\"Ward\",\"reference\":\"https://gw.example/fhir/Schedule/1\"}",
        ProtectedChanges.None
    )]
    [InlineData("DeviceMetric", "source", "{\"reference\":\"Device/1\"}", "{\"reference\":\"Device/2\"}", ProtectedChanges.Owner)]
    [InlineData(
        "EnrollmentResponse",
        "request",
        "{\"reference\":\"EnrollmentRequest/1\"}",
        "{\"reference\":\"EnrollmentRequest/2\"}",
        ProtectedChanges.Owner
    )]
    [InlineData("PaymentNotice", "request", "{\"reference\":\"Claim/1\"}", "{\"reference\":\"Claim/2\"}", ProtectedChanges.Owner)]
    [InlineData(
        "PaymentReconciliation",
        "detail",
        "[{\"request\":{\"reference\":\"Claim/1\"},\"date\":\"2026-01-01\"}]",
        "[{\"request\":{\"reference\":\"Claim/1\"},\"date\":\"2026-01-02\"}]",
        ProtectedChanges.None
    )]
    [InlineData(
        "PaymentReconciliation",
        "detail",
        "[{\"request\":{\"reference\":\"Claim/1\"}}]",
        "[{\"request\":{\"reference\":\"Claim/2\"}}]",
        ProtectedChanges.Owner
    )]
    public void Compare_WhatItHangsOn_IsWhoseItIs(string type, string element, string before, string after, ProtectedChanges changes)
    {
        string Version(string value) => $$"""{"resourceType":"{{type}}","id":"1","{{element}}":{{value}} }""";

        Assert.Equal(changes, Compare(Version(before), Version(after)));
        Assert.Equal(element != "status", StoredVersionComparer.IsProtected(ResourceType.Parse(type), element));
    }

    [Fact]
    public void Compare_LabelsLeftOut_AreALabelChange() =>
        Assert.Equal(
            ProtectedChanges.Labels | ProtectedChanges.Tags,
            Compare(Stored, """{"resourceType":"Observation","id":"o1","status":"final","subject":{"reference":"Patient/1"}}""")
        );

    [Theory]
    [InlineData(
        """{"resourceType":"Patient","id":"1","link":[{"other":{"reference":"Patient/2"},"type":"seealso"}]}""",
        """{"link":[{"type":"seealso","other":{"reference":"Patient/2"}}],"id":"1","resourceType":"Patient","active":true}""",
        ProtectedChanges.None
    )]
    [InlineData(
        """{"resourceType":"Patient","id":"1"}""",
        """{"resourceType":"Patient","id":"1","link":[{"other":{"reference":"Patient/2"},"type":"seealso"}]}""",
        ProtectedChanges.Link
    )]
    [InlineData(
        """{"resourceType":"Patient","id":"1","link":[{"other":{"reference":"Patient/2"}}]}""",
        """{"resourceType":"Patient","id":"1"}""",
        ProtectedChanges.Link
    )]
    [InlineData(
        """{"resourceType":"Observation","id":"1","subject":{"display":"a"}}""",
        """{"resourceType":"Observation","id":"1","subject":{"display":"a"},"status":"final"}""",
        ProtectedChanges.None
    )]
    [InlineData(
        """{"resourceType":"Observation","id":"1","subject":{"display":"a"}}""",
        """{"resourceType":"Observation","id":"1","subject":{"display":"b"}}""",
        ProtectedChanges.Owner
    )]
    [InlineData(
        """{"resourceType":"Observation","id":"1"}""",
        """{"resourceType":"Observation","id":"1","subject":{"reference":"urn:uuid:1"}}""",
        ProtectedChanges.Owner
    )]
    [InlineData(
        """{"resourceType":"Organization","id":"1"}""",
        """{"resourceType":"Organization","id":"1","name":"x"}""",
        ProtectedChanges.None
    )]
    [InlineData("", """{"resourceType":"Organization","id":"1"}""", ProtectedChanges.Unreadable)]
    public void Compare_OtherTypes_FollowTheirOwnRules(string stored, string updated, ProtectedChanges changes) =>
        Assert.Equal(changes, Compare(stored, updated));

    [Theory]
    [InlineData(
        """{"name":[{"extension":[{"url":"http://x/extension-inline-sec-label","valueCoding":{}}]}],"active":true}""",
        "name",
        true
    )]
    [InlineData(
        """{"name":[{"extension":[{"url":"http://x/extension-inline-sec-label","valueCoding":{}}]}],"active":true}""",
        "NAME",
        true
    )]
    [InlineData(
        """{"name":[{"extension":[{"url":"http://x/extension-inline-sec-label","valueCoding":{}}]}],"active":true}""",
        "active",
        false
    )]
    [InlineData("""{"_birthDate":{"extension":[{"url":"http://x/inline\u002dsec-label"}]}}""", "birthDate", true)]
    [InlineData("""{"name":[{"text":"no inline-sec-label here"}]}""", "name", false)]
    [InlineData(
        """{"resourceType":"Parameters","parameter":[{"part":[{"name":"url","valueUri":"http://x/extension-inline-sec-label"}]}]}""",
        null,
        true
    )]
    [InlineData("{", "name", true)]
    public void HoldsInlineLabel_InWhatIsTouched_IsSeen(string json, string? element, bool expected) =>
        Assert.Equal(expected, StoredVersionComparer.HoldsInlineLabel(Encoding.UTF8.GetBytes(json), element is null ? null : [element]));

    private static ProtectedChanges Compare(string stored, string updated) =>
        StoredVersionComparer.Compare(Encoding.UTF8.GetBytes(stored), Encoding.UTF8.GetBytes(updated), AnswerCases.Context);
}

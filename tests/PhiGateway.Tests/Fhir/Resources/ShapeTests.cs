using PhiGateway.Tests.Fhir.Answers;
using Xunit;

namespace PhiGateway.Tests.Fhir.Resources;

/// <summary>What judgement reads stands there under its own name and as the kind of JSON that it is; else the record is unreadable.</summary>
public sealed class ShapeTests
{
    private const string Label = """[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"HIV"}]""";

    [Theory]
    [InlineData("\"Meta\":{\"security\":" + Label + "}")]
    [InlineData("\"meta\":{\"Security\":" + Label + "}")]
    [InlineData("\"meta\":{\"SECURITY\":" + Label + "}")]
    [InlineData("\"meta\":{\"security\":[{\"System\":\"urn:x\",\"code\":\"HIV\"}]}")]
    [InlineData("\"meta\":{\"security\":[{\"system\":\"urn:x\",\"Code\":\"HIV\"}]}")]
    [InlineData("\"Subject\":{\"reference\":\"Patient/2\"}")]
    [InlineData("\"performer\":[{\"Reference\":\"Patient/2\"}]")]
    [InlineData("\"Contained\":[{\"resourceType\":\"Observation\",\"subject\":{\"reference\":\"Patient/2\"}}]")]
    [InlineData("\"ID\":\"p\"")]
    [InlineData("\"ResourceType\":\"Patient\"")]
    [InlineData("\"note\":[{\"Extension\":[{\"url\":\"u\"}]}]")]
    [InlineData("\"extension\":[{\"Url\":\"http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label\"}]")]
    public void TryScan_NameInAnotherLetterCase_IsUnreadable(string member) => Assert.Equal("unreadable", OwnerWith(member));

    [Theory]
    [InlineData("\"meta\":[]")]
    [InlineData("\"meta\":[{\"security\":" + Label + "}]")]
    [InlineData("\"meta\":\"none\"")]
    [InlineData("\"meta\":true")]
    [InlineData("\"meta\":1")]
    [InlineData("\"meta\":{\"security\":\"HIV\"}")]
    [InlineData("\"meta\":{\"security\":[\"HIV\"]}")]
    [InlineData("\"contained\":{}")]
    [InlineData("\"contained\":\"x\"")]
    [InlineData("\"extension\":\"x\"")]
    public void TryScan_ContainerOfAnotherKind_IsUnreadable(string member) => Assert.Equal("unreadable", OwnerWith(member));

    [Theory]
    [InlineData("""{"resourceType":"Appointment","participant":"Patient/2"}""")]
    [InlineData("""{"resourceType":"DocumentReference","subject":{"reference":"Patient/1"},"securityLabel":"HIV"}""")]
    [InlineData("""{"resourceType":"Consent","patient":{"reference":"Patient/1"},"provision":["deny"]}""")]
    public void TryScan_ContainerOnThePathOfAType_IsUnreadable(string json) => Assert.Equal("unreadable", AnswerCases.Owner(json));

    [Theory]
    [InlineData("\"meta\":{}")]
    [InlineData("\"meta\":null")]
    [InlineData("\"meta\":{\"security\":[]}")]
    [InlineData("\"meta\":{\"security\":" + Label + "}")]
    [InlineData("\"contained\":[]")]
    [InlineData("\"note\":[{\"text\":\"Meta, Security, Subject\"}]")]
    [InlineData("\"status\":\"final\",\"valueString\":\"ID\"")]
    public void TryScan_AsItShouldBe_IsRead(string member) => Assert.Equal("1", OwnerWith(member));

    private static string OwnerWith(string member) =>
        AnswerCases.Owner($$"""{"resourceType":"Observation","id":"o","subject":{"reference":"Patient/1"},{{member}}}""");
}

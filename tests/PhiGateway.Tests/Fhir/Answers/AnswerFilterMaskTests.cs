using System.Text.Json;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>What a mask takes out of a resource, and the marks that say so.</summary>
public sealed class AnswerFilterMaskTests
{
    private const string Reason =
        """{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}""";

    [Theory]
    [InlineData("birthDate", ""","birthDate":"1970-01-01","_birthDate":{"id":"CANARY"}""", ""","_birthDate":{R}""")]
    [InlineData("name", ""","name":[{"family":"CANARY"},{"family":"CANARY"}]""", ""","name":[{R}]""")]
    [InlineData(
        "name.given",
        ""","name":[{"family":"F","given":["CANARY",null],"_given":[null,{"id":"CANARY"}]}]""",
        ""","name":[{"family":"F","_given":[{R}]}]"""
    )]
    [InlineData(
        "address.period.start",
        ""","address":[{"period":{"start":"CANARY","end":"2020"}}]""",
        ""","address":[{"period":{"_start":{R},"end":"2020"}}]"""
    )]
    [InlineData("deceased", ""","deceasedDateTime":"CANARY" """, ""","_deceasedDateTime":{R}""")]
    [InlineData(
        "managingOrganization.display",
        ""","managingOrganization":{"reference":"https://ehr.internal:8443/r4/Organization/1","display":"CANARY"}""",
        ""","managingOrganization":{"reference":"https://gw.example/fhir/Organization/1","_display":{R}}"""
    )]
    [InlineData("birthDate.value", ""","birthDate":"CANARY" """, ""","_birthDate":{R}""")]
    public void Filter_MaskedElement_LeavesAsAbsentForThatReason(string mask, string members, string expected)
    {
        var policy = new TestPolicy { Elements = { ["Patient"] = ElementSet.Of([], [mask]) } };
        var answer = Filter(Read("Patient", "1"), $$"""{"resourceType":"Patient","id":"1"{{members}}}""", policy);
        const string Security =
            ""","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"MASKED"}]}""";
        Assert.Equal(
            $$"""{"resourceType":"Patient","id":"1"{{expected.Replace("{R}", Reason, StringComparison.Ordinal)}}{{Security}}}""",
            answer.Text
        );
        Assert.True(answer.Disclosure.Redacted);
    }

    [Fact]
    public void Filter_MaskedElement_TakesTheNarrativeWithItAndKeepsWhatMetaSays()
    {
        var policy = new TestPolicy { Elements = { ["Patient"] = ElementSet.Of(["text", "gender", "name"], ["name"]) } };
        const string Body =
            """{"resourceType":"Patient","id":"1","meta":{"versionId":"2","security":[{"code":"x"}],"tag":[{"code":"t"}]},"text":{"div":"CANARY"},"gender":"male","active":true,"name":[{"family":"CANARY"}]}""";
        var answer = Filter(Read("Patient", "1"), Body, policy);
        Assert.DoesNotContain("CANARY", answer.Text);
        Assert.Equal(
            "id,gender,meta,name,resourceType".Split(',').Order(),
            answer.Json.EnumerateObject().Select(static member => member.Name).Order()
        );
        Assert.Equal(
            ["MASKED", "x"],
            answer
                .Json.GetProperty("meta")
                .GetProperty("security")
                .EnumerateArray()
                .Select(static label => label.GetProperty("code").GetString())
        );
        Assert.Equal(
            ["SUBSETTED", "t"],
            answer.Json.GetProperty("meta").GetProperty("tag").EnumerateArray().Select(static tag => tag.GetProperty("code").GetString())
        );
        Assert.Equal("2", answer.Json.GetProperty("meta").GetProperty("versionId").GetString());
    }

    [Fact]
    public void Filter_ClientWantsLessOfAPermittedWhole_IsMarkedButNotRedacted()
    {
        var answer = Filter(
            Request(Interaction.Read, "Observation", "o1", [new QueryParameter("_elements", "status")]),
            Observation("o1", "1"),
            TestPolicy.For("1")
        );
        Assert.False(answer.Disclosure.Redacted);
        Assert.Equal("SUBSETTED", answer.Json.GetProperty("meta").GetProperty("tag")[0].GetProperty("code").GetString());
        Assert.False(answer.Json.TryGetProperty("subject", out _));
    }
}

using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Tests.Fhir.Answers;
using Xunit;

namespace PhiGateway.Tests.Fhir.Resources;

public sealed class ResourceScannerTokenTests
{
    [Theory]
    [InlineData(
        "category",
        """{"resourceType":"Observation","category":[{"coding":[{"system":"s","code":"laboratory"},{"code":"x"}],"text":"t"},{"coding":[{"system":"s","code":"y"}]}]}""",
        "s|laboratory null|x s|y"
    )]
    [InlineData("category", """{"resourceType":"Observation","category":[{"text":"laboratory"}]}""", "")]
    [InlineData("category", """{"resourceType":"Observation","category":["laboratory"]}""", "null|laboratory")]
    [InlineData("status", """{"resourceType":"Observation","status":"final"}""", "null|final")]
    [InlineData("_id", """{"resourceType":"Observation","id":"7"}""", "null|7")]
    [InlineData("_tag", """{"resourceType":"Observation","meta":{"tag":[{"system":"s","code":"t"}]}}""", "s|t")]
    [InlineData("_security", """{"resourceType":"Observation","meta":{"security":[{"system":"s","code":"t"}]}}""", "s|t")]
    [InlineData(
        "combo-code",
        """{"resourceType":"Observation","code":{"coding":[{"system":"s","code":"a"}]},"component":[{"code":{"coding":[{"code":"b","system":"s"}]}}]}""",
        "s|a s|b"
    )]
    [InlineData(
        "identifier",
        """{"resourceType":"Patient","id":"1","identifier":[{"system":"urn:mrn","value":"42","type":{"coding":[{"code":"MR"}]}}]}""",
        "urn:mrn|42"
    )]
    [InlineData("active", """{"resourceType":"Patient","id":"1","active":true}""", "null|true")]
    [InlineData("active", """{"resourceType":"Patient","id":"1","active":"true"}""", "null|true")]
    [InlineData(
        "type",
        """{"resourceType":"DocumentReference","type":{"coding":[{"system":"http:\/\/loinc.org","code":"1"}]}}""",
        "http://loinc.org|1"
    )]
    [InlineData(
        "category",
        """{"resourceType":"Observation","contained":[{"resourceType":"Observation","category":[{"coding":[{"code":"laboratory"}]}]}]}""",
        ""
    )]
    [InlineData("deceased", """{"resourceType":"Patient","id":"1","deceasedBoolean":true}""", "")]
    [InlineData("no-such-parameter", """{"resourceType":"Observation","status":"final"}""", "")]
    public void TryScan_ParameterNeeded_FindsItsCodings(string parameter, string json, string tokens)
    {
        var facts = AnswerCases.Scan(json, new TestPolicy { Needed = [parameter] });
        Assert.NotNull(facts);
        Assert.Equal(tokens, string.Join(" ", facts.Tokens.Select(token => (token.System ?? "null") + "|" + (token.Code ?? "null"))));
        Assert.All(facts.Tokens, token => Assert.Equal(parameter, token.Parameter));
    }

    [Fact]
    public void TryScan_NothingNeeded_FindsNoTokens() =>
        Assert.Empty(
            AnswerCases.Scan("""{"resourceType":"Observation","status":"final","category":[{"coding":[{"code":"x"}]}]}""")!.Tokens
        );

    [Theory]
    [InlineData("\"subject\":{\"reference\":\"Patient/1\"},\"category\":[{\"coding\":[{\"code\":\"x\"}]}]", true, false)]
    [InlineData("\"subject\":{\"reference\":\"Patient/1\"}", true, true)]
    [InlineData("\"category\":[{\"coding\":[{\"code\":\"x\"}]}]", true, true)]
    [InlineData("\"subject\":{\"reference\":\"Patient/1\"}", false, false)]
    [InlineData("\"category\":[{\"coding\":[{\"code\":\"x\"}]}]", false, false)]
    public void TryScan_Subsetted_IsUnjudgeableOnlyWhenSomethingNeededIsMissing(string members, bool subsetted, bool unjudgeable)
    {
        var tag = subsetted
            ? """,{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}"""
            : string.Empty;
        var facts = AnswerCases.Scan(
            $$"""{"resourceType":"Observation","id":"o","meta":{"tag":[{"code":"other"}{{tag}}]},{{members}}}""",
            new TestPolicy { Needed = ["category"] }
        );
        Assert.Equal(unjudgeable, facts?.Unjudgeable);
    }

    [Fact]
    public void TryScan_ReusedFacts_HoldOnlyTheLastResource()
    {
        var facts = new ResourceFacts();
        var policy = new TestPolicy { Needed = ["status"] };
        Assert.True(
            PhiGateway.Fhir.Resources.ResourceScanner.TryScan(
                """{"resourceType":"Observation","id":"a","status":"final","subject":{"reference":"Patient/1"}}"""u8,
                policy,
                AnswerCases.Context,
                facts
            )
        );
        Assert.True(
            PhiGateway.Fhir.Resources.ResourceScanner.TryScan("""{"resourceType":"Organization"}"""u8, policy, AnswerCases.Context, facts)
        );
        Assert.Null(facts.Id);
        Assert.Empty(facts.Owners);
        Assert.Empty(facts.Tokens);
        Assert.Equal(OwnerState.NotPatientData, facts.Owner);
    }
}

using System.Text;
using System.Text.Json;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>
/// Of a stored Bundle leaves what R4 defines of it: every resource in it is judged wherever it stands, going in and coming out, and whatever
/// else it says names the gateway.
/// </summary>
public sealed class StoredBundlePartsTests
{
    private const string Labelled =
        """{"resourceType":"Patient","id":"1","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"HIV"}]}}""";

    private static string Patient(string id) => $$"""{"resourceType":"Patient","id":"{{id}}","birthDate":"1980-01-01"}""";

    private static string Answered(string outcome, string type = "batch-response") =>
        Bundle($$"""{"resource":{{Observation("o", "1")}},"response":{"status":"200 OK","outcome":{{outcome}} } }""", type);

    private static string Bundle(string entry, string type = "collection") =>
        $$"""{"resourceType":"Bundle","id":"b","type":"{{type}}","entry":[{{entry}}]}""";

    private static Filtered Read(string bundle, TestPolicy policy) => Filter(AnswerCases.Read("Bundle", "b"), bundle, policy);

    [Theory]
    [InlineData("batch-response")]
    [InlineData("transaction-response")]
    [InlineData("history")]
    [InlineData("collection")]
    [InlineData("searchset")]
    public void Read_OutcomeOfAnEntry_IsJudgedAsWhatItIs(string type)
    {
        var others = Read(Answered(Patient("2"), type), TestPolicy.For("1"));
        var own = Read(Answered(Patient("1"), type), TestPolicy.For("1"));

        Assert.Equal(AnswerVerdict.Withheld, others.Verdict);
        Assert.Equal(AnswerVerdict.Rewritten, own.Verdict);
        var outcome = own.Json.GetProperty("entry")[0].GetProperty("response").GetProperty("outcome");
        Assert.Equal("1980-01-01", outcome.GetProperty("birthDate").GetString());
        Assert.Contains(own.Disclosure.Resources, static left => left.Type.Name == "Patient");
    }

    [Fact]
    public void Read_OutcomeWithALabel_KeepsTheWholeBackFromWhoMayNotSeeIt()
    {
        var unlabelled = new TestPolicy { NoLabels = true };

        Assert.Equal(AnswerVerdict.Withheld, Read(Answered(Labelled), unlabelled).Verdict);
        Assert.Equal(AnswerVerdict.Rewritten, Read(Answered(Labelled), TestPolicy.For("1")).Verdict);
        Assert.Equal(AnswerVerdict.Rewritten, Read(Answered(Patient("1")), unlabelled).Verdict);
    }

    [Fact]
    public void Read_OutcomeThatSaysWhatHappened_LeavesWithoutItsTexts()
    {
        const string outcome =
            """{"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"not-found","diagnostics":"Mary Smith is not there"}]}""";

        var answer = Read(Answered(outcome), TestPolicy.For("1"));

        Assert.Equal(AnswerVerdict.Rewritten, answer.Verdict);
        Assert.DoesNotContain("Smith", answer.Text, StringComparison.Ordinal);
        var issue = answer.Json.GetProperty("entry")[0].GetProperty("response").GetProperty("outcome").GetProperty("issue")[0];
        Assert.Equal("warning/not-found", $"{issue.GetProperty("severity").GetString()}/{issue.GetProperty("code").GetString()}");
    }

    [Theory]
    [InlineData("\"text\"")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"resourceType\":\"Nonsense\"}")]
    public void Read_OutcomeThatIsNoResource_CannotBeRead(string outcome) =>
        Assert.Equal(AnswerVerdict.Unreadable, Read(Answered(outcome), TestPolicy.Everything).Verdict);

    // Some readers take names in any letter case.
    [Theory]
    [InlineData("""{"resource":R,"Resource":P}""")]
    [InlineData("""{"resource":R,"RESPONSE":{"outcome":P}}""")]
    [InlineData("""{"resource":R,"response":{"status":"200","Outcome":P}}""")]
    [InlineData("""{"resource":R,"fullURL":"urn:uuid:1"}""")]
    public void Read_MemberInAnotherLetterCase_CannotBeRead(string entry) =>
        Assert.Equal(AnswerVerdict.Unreadable, Read(Bundle(Filled(entry)), TestPolicy.Everything).Verdict);

    [Theory]
    [InlineData("""{"resource":R,"other":P}""")]
    [InlineData("""{"resource":R,"response":{"status":"200","other":P}}""")]
    [InlineData("""{"resource":R,"request":{"method":"PUT","url":"Observation/o","other":{"deeper":P}}}""")]
    [InlineData("""{"resource":R,"search":{"mode":"match","other":P}}""")]
    [InlineData("""{"resource":R,"link":[{"relation":"related","url":"urn:x","other":P}]}""")]
    public void Read_MemberThatFhirDoesNotHave_StaysAndTheRestLeaves(string entry)
    {
        var answer = Read(Bundle(Filled(entry)), TestPolicy.For("1"));

        Assert.Equal(AnswerVerdict.Rewritten, answer.Verdict);
        Assert.DoesNotContain("1980-01-01", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("other", answer.Text, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Object, answer.Json.GetProperty("entry")[0].GetProperty("resource").ValueKind);
        Assert.True(answer.Disclosure.Redacted);
    }

    [Fact]
    public void Read_WhatFhirHas_LeavesAsItIs()
    {
        var bundle = Bundle(
            Filled(
                """{"id":"e","extension":[{"url":"urn:x","valueString":"y"}],"link":[{"relation":"related","url":"urn:x"}],"fullUrl":"urn:uuid:1","_fullUrl":{"id":"f"},"resource":R,"search":{"mode":"match","score":0.5},"request":{"method":"PUT","url":"Observation/o","ifMatch":"W/\"1\""},"response":{"status":"200 OK","_status":{"id":"s"},"location":"Observation/o","etag":"W/\"1\"","lastModified":"2026-01-01T00:00:00Z"}}"""
            )
        );

        var answer = Read(bundle, TestPolicy.For("1"));

        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(bundle).RootElement, answer.Json), answer.Text);
        Assert.False(answer.Disclosure.Redacted);
    }

    [Theory]
    [InlineData("batch-response")]
    [InlineData("document")]
    public void Read_AddressesOfTheUpstream_AreTheGateways(string type)
    {
        const string upstream = "https://ehr.internal:8443/r4/";
        var bundle =
            $$"""{"resourceType":"Bundle","id":"b","type":"{{type}}","meta":{"source":"{{upstream}}feed","profile":["HTTP://EHR.internal/r4/x"]},"identifier":{"system":"{{upstream}}ids","value":"1"},"link":[{"relation":"self","url":"{{upstream}}Observation?patient=1"}],"entry":[{"fullUrl":"{{upstream}}Observation/o","link":[{"relation":"self","url":"{{upstream}}Observation/o"}],"resource":{{Observation("o", "1")}},"response":{"status":"201","location":"https:\/\/ehr.internal:8443\/r4\/Observation/o/_history/1"} }]}""";

        var alone = Read(bundle, TestPolicy.For("1"));
        var within = Filter(Search("Bundle"), SearchSet(bundle), TestPolicy.For("1"));
        var twice = Read(Bundle($$"""{"resource":{{bundle}} }"""), TestPolicy.For("1"));

        foreach (var answer in new[] { alone, within, twice })
        {
            Assert.Equal(AnswerVerdict.Rewritten, answer.Verdict);
            Assert.DoesNotContain("ehr.internal", answer.Text, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Equal("https://gw.example/fhir/feed", alone.Json.GetProperty("meta").GetProperty("source").GetString());
        var entry = alone.Json.GetProperty("entry")[0];
        Assert.Equal("https://gw.example/fhir/Observation/o/_history/1", entry.GetProperty("response").GetProperty("location").GetString());
        Assert.Equal("https://gw.example/fhir/Observation/o", entry.GetProperty("link")[0].GetProperty("url").GetString());
    }

    // Whose a Bundle is that is to be stored is read where it is judged coming out.
    [Theory]
    [InlineData("""{"resource":R,"response":{"status":"200","outcome":P}}""")]
    [InlineData("""{"resource":R},{"resource":{"resourceType":"Bundle","type":"collection","entry":[{"resource":P}]}}""")]
    [InlineData(
        """{"resource":R},{"resource":{"resourceType":"Bundle","type":"collection","entry":[{"resource":R,"response":{"outcome":P}}]}}"""
    )]
    [InlineData(
        """{"resource":R},{"resource":{"resourceType":"Parameters","parameter":[{"name":"a","valueReference":{"reference":"Patient/1"}},{"name":"b","part":[{"name":"c","resource":P}]}]}}"""
    )]
    public void TryScanForDecision_ResourcesAnywhereInIt_CountAllOfThem(string entries)
    {
        var two = Summed(Bundle(Filled(entries).Replace(Patient("1"), Patient("2"), StringComparison.Ordinal)));
        var one = Summed(Bundle(Filled(entries)));
        var labelled = Summed(Bundle(Filled(entries).Replace(Patient("1"), Labelled, StringComparison.Ordinal)));

        Assert.Equal(["1", "2"], two!.Owners.Select(static owner => owner.Value!).Order());
        Assert.Equal("1", Assert.Single(one!.Owners).Value);
        Assert.Empty(one.Labels);
        Assert.Contains(labelled!.Labels, static label => label.Code == "HIV");
    }

    [Theory]
    [InlineData("""{"resource":R,"response":"200"}""")]
    [InlineData("""{"resource":R,"response":{"outcome":{"resourceType":"Nonsense"}}}""")]
    [InlineData("""{"resource":{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Nonsense"}}]}}""")]
    public void TryScanForDecision_ResourceThatCannotBeRead_IsRefused(string entry) => Assert.Null(Summed(Bundle(Filled(entry))));

    [Fact]
    public void TryScanForDecision_BundlesInBundles_AreReadAsDeepAsTheyAreGivenOut()
    {
        var bundle = Bundle(Filled("""{"resource":P}"""));
        var deepest = bundle;
        for (var depth = 1; depth < 4; depth++)
        {
            deepest = Bundle($$"""{"resource":{{deepest}} }""");
        }

        Assert.Equal("1", Assert.Single(Summed(deepest)!.Owners).Value);
        Assert.Equal(AnswerVerdict.Rewritten, Read(deepest, TestPolicy.For("1")).Verdict);
        Assert.Null(Summed(Bundle($$"""{"resource":{{deepest}} }""")));
    }

    // R stands for a record of patient 1, P for patient 1 themselves.
    private static string Filled(string entries) =>
        entries
            .Replace(":P", ":" + Patient("1"), StringComparison.Ordinal)
            .Replace(":R", ":" + Observation("o", "1"), StringComparison.Ordinal);

    private static ResourceFacts? Summed(string bundle)
    {
        var facts = new ResourceFacts();
        return ResourceScanner.TryScanForDecision(Encoding.UTF8.GetBytes(bundle), Context, facts) ? facts : null;
    }
}

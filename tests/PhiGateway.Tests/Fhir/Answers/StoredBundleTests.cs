using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>Documents, messages and collections are judged entry by entry, and leave whole or not at all.</summary>
public sealed class StoredBundleTests
{
    private const string Document =
        """{"resourceType":"Bundle","id":"b","type":"document","identifier":{"system":"urn:ietf:rfc:3986","value":"urn:uuid:1"},"timestamp":"2026-01-01T00:00:00Z","entry":[{"fullUrl":"urn:uuid:c","resource":{"resourceType":"Composition","id":"c","status":"final","type":{"text":"Summary"},"subject":{"reference":"urn:uuid:p"},"date":"2026-01-01","author":[{"reference":"urn:uuid:d"}],"title":"IPS"}},{"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient","id":"1"}},{"fullUrl":"urn:uuid:d","resource":{"resourceType":"Practitioner","id":"d"}},{"fullUrl":"urn:uuid:a","resource":{"resourceType":"AllergyIntolerance","id":"a","patient":{"reference":"urn:uuid:p"}}}]}""";

    private const string Message =
        """{"resourceType":"Bundle","id":"b","type":"message","entry":[{"fullUrl":"http://ehr.internal/r4/MessageHeader/m","resource":{"resourceType":"MessageHeader","id":"m","eventCoding":{"code":"x"},"source":{"endpoint":"urn:x"},"focus":[{"reference":"Observation/o"}]}},{"fullUrl":"http://ehr.internal/r4/Observation/o","resource":{"resourceType":"Observation","id":"o","subject":{"reference":"Patient/1"}}}]}""";

    [Fact]
    public void Read_Document_LeavesWholeToWhoMaySeeAnyPatient()
    {
        var answer = Filter(Read("Bundle", "b"), Document, TestPolicy.Everything);

        Assert.Equal(AnswerVerdict.Rewritten, answer.Verdict);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Document), JsonNode.Parse(answer.Text)), answer.Text);
        Assert.True(answer.Disclosure.HasUndeterminedPatient);
    }

    /// <summary>The Patient of a document is described there: the patient of that id here is somebody else.</summary>
    [Fact]
    public void Read_DocumentOfSomebodyDescribed_StaysFromARoster() =>
        Assert.Equal(AnswerVerdict.Withheld, Filter(Read("Bundle", "b"), Document, TestPolicy.For("1")).Verdict);

    [Theory]
    [InlineData("1", AnswerVerdict.Rewritten)]
    [InlineData("2", AnswerVerdict.Withheld)]
    public void Read_Message_HeaderBelongsToWhomTheMessageBelongs(string patient, AnswerVerdict expected)
    {
        var answer = Filter(Read("Bundle", "b"), Message, TestPolicy.For(patient));

        Assert.Equal(expected, answer.Verdict);
        if (expected == AnswerVerdict.Rewritten)
        {
            Assert.True(
                JsonNode.DeepEquals(
                    JsonNode.Parse(Message.Replace("http://ehr.internal/r4/", "https://gw.example/fhir/")),
                    JsonNode.Parse(answer.Text)
                ),
                answer.Text
            );
            Assert.Equal(["1"], answer.Disclosure.Patients.Select(static owner => owner.Value));
            Assert.False(answer.Disclosure.HasUndeterminedPatient);
        }
    }

    [Fact]
    public void Search_Documents_LeaveOneByOne()
    {
        var answer = Filter(Search("Bundle"), SearchSet(Document, Message), TestPolicy.For("1"));

        Assert.Equal(
            "message",
            Assert.Single(answer.Json.GetProperty("entry").EnumerateArray()).GetProperty("resource").GetProperty("type").GetString()
        );
        Assert.Equal(1, answer.Disclosure.Withheld);
    }

    [Theory]
    [InlineData("\"request\":{\"method\":\"PUT\",\"url\":\"Observation/o\"}", true)]
    [InlineData("\"request\":{\"method\":\"POST\",\"url\":\"Observation\"}", true)]
    [InlineData("\"request\":{\"method\":\"PUT\",\"url\":\"Observation/other\"}", false)]
    [InlineData("\"request\":{\"method\":\"PUT\",\"url\":\"Observation?subject=Patient/2\"}", false)]
    public void Read_StoredTransaction_KeepsWhatSpeaksOfItsResource(string request, bool leaves)
    {
        var body =
            $$"""{"resourceType":"Bundle","id":"b","type":"transaction","entry":[{"resource":{{Observation("o", "1")}},{{request}}}]}""";

        var answer = Filter(Read("Bundle", "b"), body, TestPolicy.For("1"));

        Assert.Equal(leaves ? AnswerVerdict.Rewritten : AnswerVerdict.Withheld, answer.Verdict);
        Assert.Equal(leaves, answer.Text.Contains(request));
    }

    [Theory]
    [InlineData(Message, OwnerState.Known, "1", false)]
    [InlineData(Document, OwnerState.Undetermined, "", true)]
    [InlineData(
        """{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Medication"}}]}""",
        OwnerState.NotPatientData,
        "",
        false
    )]
    [InlineData("""{"resourceType":"Bundle","type":"collection"}""", OwnerState.Undetermined, "", true)]
    public void TryScanForDecision_BundleToBeStored_BelongsToWhomItsEntriesBelong(
        string json,
        OwnerState state,
        string owners,
        bool isReadThrough
    )
    {
        var facts = new ResourceFacts();

        Assert.True(ResourceScanner.TryScanForDecision(Encoding.UTF8.GetBytes(json), Context, facts));
        Assert.Equal(
            (state, owners, isReadThrough),
            (facts.Owner, string.Join(",", facts.Owners.Select(static owner => owner.Value)), facts.NamesNoPatient)
        );
    }

    [Theory]
    [InlineData("""{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Nonsense"}}]}""")]
    [InlineData("""{"resourceType":"Bundle","type":"collection","entry":{}}""")]
    [InlineData("""{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:1"}]}""")]
    public void TryScanForDecision_BundleThatCannotBeRead_IsRefused(string json) =>
        Assert.False(ResourceScanner.TryScanForDecision(Encoding.UTF8.GetBytes(json), Context, new ResourceFacts()));
}

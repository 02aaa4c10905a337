using System.Text;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Answers.Streaming;
using PhiGateway.Policy.Vocabulary;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>What speaks of other resources of the same answer belongs to whom they belong to, and stays where one of them stays.</summary>
public sealed class AnswerFilterProvenanceTests
{
    private const string Restricted =
        ""","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]}""";

    private static readonly TestPolicy One = new() { Patients = ["1"], Ceiling = Confidentiality.Normal };

    [Theory]
    [InlineData("Observation/a")]
    [InlineData("Observation/a/_history/7")]
    [InlineData("https://ehr.internal:8443/r4/Observation/a")]
    [InlineData("https://gw.example/fhir/Observation/a/_history/7")]
    [InlineData("Observation/a", "Observation/b")]
    [InlineData("Patient/1", "Observation/a")]
    [InlineData("Observation/a", "Practitioner/9")]
    [InlineData("RelatedPerson/r", "Observation/a")]
    public void Filter_EveryTargetIsKnownAndLeaves_BelongsToTheirPatient(params string[] targets)
    {
        var answer = Filter(Search(), Answer(Provenance("p", targets)), One);

        Assert.Contains("p", answer.Ids);
        Assert.Equal("1", Assert.Single(answer.Disclosure.Patients).Value);
        Assert.False(answer.Disclosure.HasUndeterminedPatient);
    }

    [Theory]
    [InlineData("Observation/unknown")]
    [InlineData("Observation/a", "Observation/unknown")]
    [InlineData("Observation/a", "Observation/foreign")]
    [InlineData("Observation/a", "Patient/2")]
    [InlineData("Observation/foreign")]
    [InlineData("Observation/restricted")]
    [InlineData("Observation/a", "Observation/restricted")]
    [InlineData("Patient/1", "Observation/restricted")]
    [InlineData("Observation/twice")]
    [InlineData("Observation/elsewhere")]
    [InlineData("Observation/misnamed")]
    [InlineData("Observation/A")]
    [InlineData("Observation/a ")]
    [InlineData("Observation/a#x")]
    [InlineData("Observation?identifier=a")]
    [InlineData("observation/a")]
    [InlineData("Condition/a")]
    [InlineData("/Observation/a")]
    [InlineData("https://other.example/r4/Observation/a")]
    [InlineData("Observation/a", "https://other.example/r4/Observation/a")]
    [InlineData("urn:uuid:0b0e9a5c-6e64-4a5a-9d5a-0f5a6f8a0001")]
    [InlineData("#a")]
    [InlineData("Group/g")]
    [InlineData("Device/d")]
    public void Filter_OneTargetIsUnknownOrStays_StaysToo(params string[] targets)
    {
        var answer = Filter(Search(), Answer(Provenance("p", targets)), One);

        Assert.DoesNotContain("p", answer.Ids);
        Assert.Contains("a", answer.Ids);
        Assert.DoesNotContain("CANARY", answer.Text);
    }

    [Theory]
    [InlineData("""{"identifier":{"system":"urn:x","value":"a"}}""")]
    [InlineData("""{"reference":"Observation/a"},{"identifier":{"value":"b"}}""")]
    [InlineData("""{"reference":"Observation/a"},{"display":"Observation/a"}""")]
    [InlineData("""{"reference":"Observation/a","type":"Condition"}""")]
    [InlineData("""{"reference":"Observation/a"},"Observation/a" """)]
    [InlineData("""{"reference":"Observation/a"},null""")]
    public void Filter_ATargetIsNoLiteralReference_Stays(string targets) =>
        Assert.DoesNotContain(
            "p",
            Filter(Search(), Answer($$"""{"resourceType":"Provenance","id":"p","target":[{{targets}}]}"""), One).Ids
        );

    [Fact]
    public void Filter_ProvenanceBeforeItsTarget_WaitsForIt()
    {
        var body = Set(
            Provenance("p", "Observation/a"),
            Provenance("q", "Observation/foreign"),
            Observation("a", "1"),
            Observation("foreign", "2"),
            Provenance("s", "Provenance/p"),
            Provenance("t", "Provenance/q")
        );

        Assert.Equal(["a", "p", "s"], Filter(Search("Provenance"), body, One).Ids);
    }

    [Fact]
    public void Filter_ProvenanceUnderAnotherServersAddress_DoesNotSpeakOfThisOnesResources()
    {
        var body =
            $$"""{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{{Observation("a", "1")}} },{"fullUrl":"https://other.example/r4/Provenance/p","resource":{{Provenance("p", "Observation/a")}} },{"fullUrl":"https://ehr.internal:8443/r4/Provenance/q","resource":{{Provenance("q", "Observation/a")}} }]}""";

        Assert.Equal(["a", "q"], Filter(Search(), body, One).Ids);
    }

    [Fact]
    public void Filter_TargetHiddenForItsLabel_HidesWhatSpeaksOfItFromEverybody()
    {
        var everyPatient = new TestPolicy { Ceiling = Confidentiality.Normal };
        var vip = $$"""{"resourceType":"Patient","id":"1"{{Restricted}} }""";

        Assert.Equal(["p"], Filter(Search(), Set(Provenance("p", "Observation/never-seen")), everyPatient).Ids);
        Assert.Empty(Filter(Search(), Set(Provenance("p", "Observation/x"), Observation("x", "1", Restricted)), everyPatient).Ids);
        Assert.Empty(Filter(Search(), Set(vip, Provenance("p", "Patient/1")), everyPatient).Ids);
        Assert.Equal(["p"], Filter(Search(), Set(vip, Provenance("p", "Patient/1")), new TestPolicy { OnlyTypes = ["Provenance"] }).Ids);
    }

    [Theory]
    [InlineData("""{"resourceType":"VerificationResult","id":"v","target":[{"reference":"Observation/a"}]}""", true)]
    [InlineData("""{"resourceType":"VerificationResult","id":"v","target":[{"reference":"Observation/foreign"}]}""", false)]
    [InlineData("""{"resourceType":"AuditEvent","id":"v","entity":[{"what":{"reference":"Observation/a"}}]}""", false)]
    [InlineData("""{"resourceType":"List","id":"v","entry":[{"item":{"reference":"Observation/a"}}]}""", false)]
    public void Filter_OtherTypes_OnlyThoseWhoseOwnerElementMeansAnything(string resource, bool leaves) =>
        Assert.Equal(leaves, Filter(Search(), Answer(resource), One).Ids.Contains("v"));

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(100_000)]
    public async Task Stream_InPieces_AgreesWithTheWhole(int chunk)
    {
        var body = Set([
            Provenance("first", "Observation/o59"),
            .. Enumerable
                .Range(0, 60)
                .SelectMany(static place =>
                    new[]
                    {
                        Observation("o" + place, place % 3 == 0 ? "1" : "2"),
                        Provenance("p" + place, "Observation/o" + place, "Observation/o0"),
                    }
                ),
        ]);
        var whole = Filter(Search(), body, One);
        var text = new StringBuilder();
        var verdict = await BundleStreamFilter.RunAsync(
            Search(),
            new ChunkedStream(Encoding.UTF8.GetBytes(body), chunk),
            One,
            Context,
            AnswerOptions.Default,
            (segment, _, _) =>
            {
                text.Append(Encoding.UTF8.GetString(segment.Span));
                return ValueTask.CompletedTask;
            },
            new StreamLimits { SegmentBytes = 1000, MaxResourceBytes = 300_000 },
            CancellationToken.None
        );

        Assert.Equal(StreamVerdict.Complete, verdict);
        Assert.Equal(whole.Text, text.ToString());
        Assert.Equal(20, whole.Ids.Count(static id => id[0] == 'p'));
        Assert.DoesNotContain("first", whole.Ids);
    }

    [Fact]
    public void Filter_MoreThanMayWait_IsJudgedByWhatIsKnown()
    {
        var padding = new string('x', 1024 * 1024);
        var waiting = Enumerable.Range(0, 6).Select(place => Provenance("p" + place, "Observation/a").Replace("CANARY", padding)).ToArray();

        // The last ones come before their target is known, and cannot wait.
        var ids = Filter(Search(), Set([.. waiting, Observation("a", "1")]), One).Ids.ToList();
        Assert.Equal("a", ids[0]);
        Assert.Contains("p0", ids);
        Assert.DoesNotContain("p5", ids);
    }

    private static string Set(params string[] resources) =>
        $"{{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[{string.Join(",", resources.Select(static resource => $"{{\"resource\":{resource}}}"))}]}}";

    private static string Provenance(string id, params string[] targets) =>
        $$"""{"resourceType":"Provenance","id":"{{id}}","target":[{{string.Join(",", targets.Select(static target => $"{{\"reference\":\"{target}\"}}"))}}],"reason":[{"text":"CANARY"}],"agent":[{"who":{"reference":"Practitioner/9"} }]}""";

    private static string Answer(string last) =>
        $$"""
            {"resourceType":"Bundle","type":"searchset","entry":[
            {"fullUrl":"https://ehr.internal:8443/r4/Observation/a","resource":{{Observation("a", "1")}} },{"resource":{{Observation(
                "b",
                "1"
            )}} },{"resource":{"resourceType":"RelatedPerson","id":"r","patient":{"reference":"Patient/1"} } },
            {"resource":{{Observation("foreign", "2")}} },{"resource":{{Observation(
                "restricted",
                "1",
                Restricted
            )}} },{"resource":{{Observation("twice", "1")}} },{"resource":{{Observation("twice", "2")}} },
            {"fullUrl":"https://other.example/Observation/elsewhere","resource":{{Observation(
                "elsewhere",
                "1"
            )}} },{"fullUrl":"https://ehr.internal:8443/r4/Observation/x","resource":{{Observation("misnamed", "1")}} },
            {"resource":{{last}},"search":{"mode":"include"} }]}
            """;
}

using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Resources;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>The upstream's address leaves in no element; what is no address of it leaves as it is.</summary>
public sealed class UpstreamAddressTests
{
    [Theory]
    [InlineData("\"url\":\"http://ehr.internal/r4/Binary/1\"", "\"url\":\"https://gw.example/fhir/Binary/1\"")]
    [InlineData("\"url\":\"https://ehr.internal:8443/r4\"", "\"url\":\"https://gw.example/fhir\"")]
    [InlineData("\"url\":\"HTTPS://EHR.internal:8443/r4/Binary/1\"", "\"url\":\"https://gw.example/fhir/Binary/1\"")]
    [InlineData("\"url\":\"http:\\/\\/ehr.internal\\/r4\\/Binary\\/1\"", "\"url\":\"https://gw.example/fhir/Binary/1\"")]
    [InlineData("\"url\":\"http:\\u002F/ehr.internal/r4/a?b=\\\"c\\\"\"", "\"url\":\"https://gw.example/fhir/a?b=\\\"c\\\"\"")]
    [InlineData("\"title\":\"http://ehr.internal/r4/Patient/2\"", "\"title\":\"https://gw.example/fhir/Patient/2\"")]
    [InlineData("\"url\":\"http://ehr.internal/r4evil/Binary/1\"", "\"url\":\"http://ehr.internal/r4evil/Binary/1\"")]
    [InlineData("\"url\":\"https://elsewhere.example/a\"", "\"url\":\"https://elsewhere.example/a\"")]
    [InlineData("\"title\":\"he said: http\"", "\"title\":\"he said: http\"")]
    [InlineData("\"title\":\"see [x](http://ehr.internal/r4/Patient/2)\"", "\"title\":\"see [x](https://gw.example/fhir/Patient/2)\"")]
    [InlineData("\"title\":\"a\\nhttp:\\/\\/ehr.internal\\/r4 b\"", "\"title\":\"a\\nhttps://gw.example/fhir b\"")]
    [InlineData(
        "\"title\":\"https://elsewhere.example/a, http://ehr.internal/r4, HTTPS://ehr.internal:8443/r4/b\"",
        "\"title\":\"https://elsewhere.example/a, https://gw.example/fhir, https://gw.example/fhir/b\""
    )]
    [InlineData(
        "\"title\":\"http://ehr.internal/r4/a http://ehr.internal/r4/b\"",
        "\"title\":\"https://gw.example/fhir/a https://gw.example/fhir/b\""
    )]
    [InlineData(
        "\"title\":\"see [x](http://ehr.internal/r4evil/Patient/2)\"",
        "\"title\":\"see [x](http://ehr.internal/r4evil/Patient/2)\""
    )]
    public void Filter_AnyElement_LeavesWithOurAddress(string member, string expected)
    {
        var answer = Filter(Read("DocumentReference", "d"), Document(member), TestPolicy.For("1"));

        Assert.Equal(member == expected ? AnswerVerdict.Unchanged : AnswerVerdict.Rewritten, answer.Verdict);
        Assert.Equal(Document(expected), answer.Text);
    }

    [Theory]
    [InlineData("<a href=\\\"http://ehr.internal/r4/Patient/1\\\">x</a>", "<a href=\\\"https://gw.example/fhir/Patient/1\\\">x</a>")]
    [InlineData(
        "a http://ehr.internal/r4, b https:\\/\\/ehr.internal:8443\\/r4\\/x c",
        "a https://gw.example/fhir, b https://gw.example/fhir\\/x c"
    )]
    [InlineData("color: red; https://elsewhere.example/r4", "color: red; https://elsewhere.example/r4")]
    public void Filter_Narrative_LeavesWithOurAddress(string text, string expected)
    {
        var before = Observation("a", "1", $$""","text":{"status":"generated","div":"{{text}}"}""");
        var after = Observation("a", "1", $$""","text":{"status":"generated","div":"{{expected}}"}""");

        Assert.Equal(after, Filter(Read("Observation", "a"), before, TestPolicy.For("1")).Text);
    }

    [Fact]
    public void Filter_MetaSourceAndProfile_LeaveWithOurAddress()
    {
        var answer = Filter(
            Read("Observation", "a"),
            Observation(
                "a",
                "1",
                ""","meta":{"source":"http://ehr.internal/r4/x#1","profile":["http://ehr.internal/r4/StructureDefinition/p"]}"""
            ),
            TestPolicy.For("1")
        );

        Assert.DoesNotContain("ehr.internal", answer.Text);
        Assert.Contains("https://gw.example/fhir/StructureDefinition/p", answer.Text);
    }

    // Of an answer that is no FHIR, in whatever place.
    [Theory]
    [InlineData("""{"self":"http://ehr.internal/r4/orders/1"}""", """{"self":"https://gw.example/fhir/orders/1"}""")]
    [InlineData("""{"note":"see http:\/\/ehr.internal\/r4\/o"}""", """{"note":"see https://gw.example/fhir\/o"}""")]
    [InlineData("""{"self":"http://elsewhere.example/r4","a":1}""", null)]
    [InlineData("""{"time":"10:00"}""", null)]
    public void TryReplace_AnswerThatNamesTheUpstream_NamesTheGateway(string json, string? expected)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();

        Assert.Equal(expected is not null, UpstreamNames.TryReplace(System.Text.Encoding.UTF8.GetBytes(json), Context, output));
        Assert.Equal(expected ?? string.Empty, System.Text.Encoding.UTF8.GetString(output.WrittenSpan));
    }

    private static string Document(string member) =>
        $$$"""{"resourceType":"DocumentReference","id":"d","status":"current","subject":{"reference":"Patient/1"},"content":[{"attachment":{{{{member}}}}}]}""";
}

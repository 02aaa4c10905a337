using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>
/// What an operation calls an answer to a batch, or to a transaction, answers no entry that was decided: it tells of a record only where the
/// record leaves.
/// </summary>
public sealed class OperationBatchTests
{
    private static readonly FhirRequest Operation = Request(Interaction.Operation, "Patient", "1");

    [Theory]
    [InlineData("batch-response")]
    [InlineData("transaction-response")]
    public void Filter_EntryWhoseResourceStays_IsAsWhatIsNotThere(string type)
    {
        var text = Filter(Operation, Answer(type, Entry(Observation("o2", "2"), "o2")), TestPolicy.For("1")).Text;

        Assert.Equal($$$"""{"resourceType":"Bundle","type":"{{{type}}}","entry":[{"response":{"status":"404 Not Found"}}]}""", text);
    }

    [Theory]
    [InlineData("batch-response")]
    [InlineData("transaction-response")]
    public void Filter_EntryWithoutAResource_TellsItsStatusAlone(string type)
    {
        var text = Filter(Operation, Answer(type, Entry(null, "o9")), TestPolicy.For("1")).Text;

        Assert.Equal($$$"""{"resourceType":"Bundle","type":"{{{type}}}","entry":[{"response":{"status":"200 OK"}}]}""", text);
    }

    // The place is that of the record that leaves, whatever the server says.
    [Theory]
    [InlineData("o1")]
    [InlineData("o2")]
    public void Filter_EntryWhoseResourceLeaves_IsToldOfIt(string place)
    {
        var text = Filter(Operation, Answer("batch-response", Entry(Observation("o1", "1"), place)), TestPolicy.For("1")).Text;

        Assert.Contains("\"location\":\"https://gw.example/fhir/Observation/o1\"", text, StringComparison.Ordinal);
        Assert.Contains("\"etag\":", text, StringComparison.Ordinal);
        Assert.DoesNotContain("o2", text, StringComparison.Ordinal);
    }

    // Of a write that was asked for here it is told where it is, shown or not; of what was there before and is not shown, it is not.
    [Theory]
    [InlineData("201", true)]
    [InlineData("200", false)]
    public void Filter_CreationOfATransaction_IsToldOfWhereItIsNew(string status, bool isTold)
    {
        var asked = Request(Interaction.Transaction, entries: [Request(Interaction.Create, "Observation")]);
        var entry = Entry(Observation("o2", "2"), "o2").Replace("\"200\"", $"\"{status}\"", StringComparison.Ordinal);

        var text = Filter(asked, Answer("transaction-response", entry), TestPolicy.For("1")).Text;

        Assert.Equal(isTold, text.Contains("Observation/o2/_history/3", StringComparison.Ordinal));
    }

    private static string Answer(string type, string entry) => $$"""{"resourceType":"Bundle","type":"{{type}}","entry":[{{entry}}]}""";

    private static string Entry(string? resource, string place) =>
        $$$"""
            {{{{(resource is null ? string.Empty : $"\"resource\":{resource},")}}}"response":{"status":"200",
            "location":"Observation/{{{place}}}/_history/3","etag":"W/\"3\"","lastModified":"2026-05-01T00:00:00Z"}}
            """;
}

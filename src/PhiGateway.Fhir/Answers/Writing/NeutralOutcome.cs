using System.Buffers;
using System.Text.Json;
using PhiGateway.Fhir.Json;

namespace PhiGateway.Fhir.Answers.Writing;

/// <summary>
/// Writes the OperationOutcome that stands in for every one of the upstream's, whose texts can hold values, queries and hosts.
/// </summary>
internal static class NeutralOutcome
{
    private const int MostIssues = 50;
    private const int LongestCode = 24;

    // How deep it may be was asked when it was read.
    private static readonly JsonReaderOptions Deep = new() { MaxDepth = 1000 };

    private static readonly SearchValues<byte> InCode = SearchValues.Create("abcdefghijklmnopqrstuvwxyz-"u8);

    public static ReadOnlySpan<byte> Json =>
        """{"resourceType":"OperationOutcome","issue":[{"severity":"information","code":"informational"}]}"""u8;

    /// <summary>Writes an OperationOutcome that was read already: of each issue its severity and its code, which say nothing of anybody.</summary>
    public static void WriteLike(ReadOnlySpan<byte> outcome, IBufferWriter<byte> output)
    {
        var reader = new Utf8JsonReader(outcome, Deep);
        var issues = 0;
        var (severity, code) = (default(TextSpan), default(TextSpan));
        output.Write("{\"resourceType\":\"OperationOutcome\",\"issue\":["u8);
        while (reader.Read() && issues < MostIssues)
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName when reader.CurrentDepth == 1 && !JsonText.Is(in reader, "issue"u8):
                    reader.Skip();
                    break;
                case JsonTokenType.PropertyName when reader.CurrentDepth == 3:
                    var name = reader.ValueSpan;
                    reader.Read();
                    severity = name.SequenceEqual("severity"u8) ? CodeAt(ref reader) : severity;
                    code = name.SequenceEqual("code"u8) ? CodeAt(ref reader) : code;
                    reader.Skip();
                    break;
                case JsonTokenType.EndObject when reader.CurrentDepth == 2:
                    output.Write(issues++ == 0 ? "{\"severity\":\""u8 : ",{\"severity\":\""u8);
                    output.Write(severity.IsNone ? "information"u8 : severity.In(outcome));
                    output.Write("\",\"code\":\""u8);
                    output.Write(code.IsNone ? "informational"u8 : code.In(outcome));
                    output.Write("\"}"u8);
                    (severity, code) = (default, default);
                    break;
            }
        }

        output.Write(issues == 0 ? "{\"severity\":\"information\",\"code\":\"informational\"}]}"u8 : "]}"u8);
    }

    /// <summary>
    /// Whether an OperationOutcome that was read already says that its server could not ask all it had to: a warning or worse that is
    /// <c>incomplete</c> or a <c>timeout</c>. That something was too costly hangs on how much there is, and is not asked for.
    /// </summary>
    public static bool SaysIncomplete(ReadOnlySpan<byte> outcome)
    {
        var reader = new Utf8JsonReader(outcome, Deep);
        var (isGrave, isPart) = (false, false);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName when reader.CurrentDepth == 1 && !JsonText.Is(in reader, "issue"u8):
                    reader.Skip();
                    break;
                case JsonTokenType.PropertyName when reader.CurrentDepth == 3:
                    var name = reader.ValueSpan;
                    reader.Read();
                    if (reader.TokenType == JsonTokenType.String)
                    {
                        isGrave |= name.SequenceEqual("severity"u8) && IsOneOf(ref reader, "warning"u8, "error"u8, "fatal"u8);
                        isPart |= name.SequenceEqual("code"u8) && IsOneOf(ref reader, "incomplete"u8, "timeout"u8, default);
                    }

                    reader.Skip();
                    break;
                case JsonTokenType.EndObject when reader.CurrentDepth == 2 && isGrave && isPart:
                    return true;
                case JsonTokenType.EndObject when reader.CurrentDepth == 2:
                    (isGrave, isPart) = (false, false);
                    break;
            }
        }

        return false;
    }

    /// <summary>
    /// Whether an OperationOutcome that was read already says something, and of nothing that it went wrong, or was not heard: each of its issues
    /// is an information or a warning. Nor that it did not look: what was too costly, or not done for now, found nothing that is known.
    /// </summary>
    public static bool SaysAllWell(ReadOnlySpan<byte> outcome)
    {
        var reader = new Utf8JsonReader(outcome, Deep);
        var (issues, isWell, isDone) = (0, false, true);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName when reader.CurrentDepth == 1 && !JsonText.Is(in reader, "issue"u8):
                    reader.Skip();
                    break;
                case JsonTokenType.PropertyName when reader.CurrentDepth == 3:
                    var (isSeverity, isCode) = (JsonText.Is(in reader, "severity"u8), JsonText.Is(in reader, "code"u8));
                    reader.Read();
                    if (reader.TokenType == JsonTokenType.String)
                    {
                        isWell |= isSeverity && IsOneOf(ref reader, "information"u8, "warning"u8, default);
                        isDone &= !(isCode && IsOneOf(ref reader, "too-costly"u8, "throttled"u8, "transient"u8));
                    }

                    reader.Skip();
                    break;
                case JsonTokenType.EndObject when reader.CurrentDepth == 2 && !isWell:
                    return false;
                case JsonTokenType.EndObject when reader.CurrentDepth == 2:
                    (issues, isWell) = (issues + 1, false);
                    break;
            }
        }

        return issues > 0 && isDone && !SaysIncomplete(outcome);
    }

    private static bool IsOneOf(ref Utf8JsonReader reader, ReadOnlySpan<byte> one, ReadOnlySpan<byte> other, ReadOnlySpan<byte> third) =>
        JsonText.Is(in reader, one) || JsonText.Is(in reader, other) || (!third.IsEmpty && JsonText.Is(in reader, third));

    private static TextSpan CodeAt(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String
        && reader.ValueSpan.Length is > 0 and <= LongestCode
        && !reader.ValueSpan.ContainsAnyExcept(InCode)
            ? new TextSpan(checked((int)reader.TokenStartIndex) + 1, reader.ValueSpan.Length, false)
            : default;
}

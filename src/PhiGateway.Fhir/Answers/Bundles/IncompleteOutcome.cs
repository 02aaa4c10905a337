using System.Buffers;
using PhiGateway.Fhir.Answers.Writing;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Writes the OperationOutcome that says that something of an answer is missing, and why; never what, and nothing of what was withheld by a
/// decision.
/// </summary>
internal static class IncompleteOutcome
{
    public static ReadOnlySpan<byte> CutShort => "Not everything could be looked through for this page; it continues at the next one."u8;

    public static ReadOnlySpan<byte> CannotFollow =>
        "There is more, but the place where it continues cannot be reached from here; ask with fewer values, or for less at a time."u8;

    public static ReadOnlySpan<byte> Unread => "What could not be read was left out."u8;

    public static ReadOnlySpan<byte> SaidIncomplete => "The clinical system says that not all of its sources were heard."u8;

    public static ReadOnlySpan<byte> NotExported => "The clinical system says that not everything could be exported."u8;

    /// <summary>Writes an OperationOutcome.</summary>
    public static void Write(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        output.Write("{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"information\","u8);
        output.Write("\"code\":\"incomplete\",\"details\":{\"text\":\""u8);
        output.Write(text);
        output.Write("\"}}]}"u8);
    }

    /// <summary>Writes it as an entry of a Bundle, in the form that Bundles of its type have (R4, bdl-2 to bdl-4).</summary>
    /// <param name="text">What is missing.</param>
    /// <param name="type">The Bundle's type.</param>
    /// <param name="output">Receives it.</param>
    public static void WriteEntry(ReadOnlySpan<byte> text, ReadOnlySpan<byte> type, IBufferWriter<byte> output)
    {
        output.Write("{\"resource\":"u8);
        Write(text, output);
        WriteAround(type, output);
    }

    /// <summary>Writes one of the upstream's in the same form: its severities and codes, nothing else of it.</summary>
    /// <param name="outcome">The OperationOutcome, read already.</param>
    /// <param name="type">The Bundle's type.</param>
    /// <param name="output">Receives it.</param>
    public static void WriteLike(ReadOnlySpan<byte> outcome, ReadOnlySpan<byte> type, IBufferWriter<byte> output)
    {
        output.Write("{\"resource\":"u8);
        NeutralOutcome.WriteLike(outcome, output);
        WriteAround(type, output);
    }

    private static void WriteAround(ReadOnlySpan<byte> type, IBufferWriter<byte> output)
    {
        if (type.SequenceEqual("searchset"u8))
        {
            output.Write(",\"search\":{\"mode\":\"outcome\"}"u8);
        }
        else if (type.SequenceEqual("history"u8))
        {
            output.Write(",\"request\":{\"method\":\"GET\",\"url\":\"OperationOutcome\"},\"response\":{\"status\":\"200\"}"u8);
        }

        output.Write("}"u8);
    }
}

using System.Buffers;
using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Resources;

namespace PhiGateway.Fhir.Answers.Writing;

/// <summary>Writes a member of a resource with the values that are masked replaced by FHIR's data-absent-reason.</summary>
internal static class MaskWriter
{
    private static ReadOnlySpan<byte> Absent =>
        "{\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/data-absent-reason\",\"valueCode\":\"masked\"}]}"u8;

    /// <summary>Writes name and value; false when nothing is written, since the member only accompanies one that is masked.</summary>
    /// <param name="name">The member's name as it stands.</param>
    /// <param name="data">The whole resource.</param>
    /// <param name="start">Where the value begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="mask">What of it is masked.</param>
    /// <param name="edits">References that leave rewritten.</param>
    /// <param name="first">No comma goes before it.</param>
    /// <param name="output">Receives it.</param>
    public static bool Write(
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> data,
        int start,
        int end,
        MaskNode mask,
        EditList edits,
        bool first,
        IBufferWriter<byte> output
    )
    {
        if (name.StartsWith("_"u8))
        {
            return false;
        }

        var value = data[start..end];
        var isList = value[0] == '[';
        var isComplex = isList ? value[1..].TrimStart(" \t\r\n"u8) is [(byte)'{', ..] : value[0] == '{';
        output.Write(first ? "\""u8 : ",\""u8);
        output.Write(isComplex ? default : "_"u8);
        output.Write(name);
        output.Write("\":"u8);
        if (mask.IsLeaf || !isComplex)
        {
            // Whether there is one value or several is part of what is not told.
            output.Write(isList ? "["u8 : default);
            output.Write(Absent);
            output.Write(isList ? "]"u8 : default);
            return true;
        }

        var reader = new Utf8JsonReader(value);
        reader.Read();
        WriteValue(ref reader, data, start, mask, edits, output);
        return true;
    }

    private static void WriteValue(
        ref Utf8JsonReader reader,
        ReadOnlySpan<byte> data,
        int offset,
        MaskNode mask,
        EditList edits,
        IBufferWriter<byte> output
    )
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                output.Write("["u8);
                var any = false;
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    output.Write(any ? ","u8 : default);
                    any = true;
                    WriteValue(ref reader, data, offset, mask, edits, output);
                }

                output.Write("]"u8);
                break;
            case JsonTokenType.StartObject:
                WriteObject(ref reader, data, offset, mask, edits, output);
                break;
            default:
                // The path goes further than the value: what stands here instead is not what was meant to leave.
                reader.Skip();
                output.Write("null"u8);
                break;
        }
    }

    private static void WriteObject(
        ref Utf8JsonReader reader,
        ReadOnlySpan<byte> data,
        int offset,
        MaskNode mask,
        EditList edits,
        IBufferWriter<byte> output
    )
    {
        output.Write("{"u8);
        var first = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var nameStart = offset + checked((int)reader.TokenStartIndex);
            var name = JsonText.Utf8Of(ref reader);
            reader.Read();
            var start = offset + checked((int)reader.TokenStartIndex);
            reader.Skip();
            var end = offset + checked((int)reader.BytesConsumed);
            var below = mask.Find(name.StartsWith("_"u8) ? name[1..] : name);
            if (below is null)
            {
                output.Write(first ? default : ","u8);
                edits.Copy(data, nameStart, end, output);
                first = false;
            }
            else if (Write(name, data, start, end, below, edits, first, output))
            {
                first = false;
            }
        }

        output.Write("}"u8);
    }
}

using System.Buffers;
using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Resources;

namespace PhiGateway.Fhir.Answers.Writing;

/// <summary>
/// Writes <c>meta</c> with the marks that FHIR asks for on changed content: SUBSETTED among the tags, MASKED among the security labels.
/// </summary>
internal static class MetaWriter
{
    private const string System = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";

    private static ReadOnlySpan<byte> Subsetted =>
        "{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ObservationValue\",\"code\":\"SUBSETTED\"}"u8;

    private static ReadOnlySpan<byte> Masked =>
        "{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ObservationValue\",\"code\":\"MASKED\"}"u8;

    /// <summary>Writes a meta of the gateway's own.</summary>
    public static void WriteOwn(bool subsetted, bool masked, IBufferWriter<byte> output)
    {
        output.Write("\"meta\":{"u8);
        if (subsetted)
        {
            WriteArray("tag"u8, default, Subsetted, output);
        }

        output.Write(subsetted && masked ? ","u8 : default);
        if (masked)
        {
            WriteArray("security"u8, default, Masked, output);
        }

        output.Write("}"u8);
    }

    /// <summary>Writes the resource's own meta with the marks added where they are not there yet.</summary>
    public static void Write(
        ReadOnlySpan<byte> data,
        int start,
        int end,
        EditList edits,
        bool subsetted,
        bool masked,
        IBufferWriter<byte> output
    )
    {
        var reader = new Utf8JsonReader(data[start..end]);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            WriteOwn(subsetted, masked, output);
            return;
        }

        output.Write("\"meta\":{"u8);
        var any = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var nameStart = start + checked((int)reader.TokenStartIndex);
            var wanted = 0;
            if (subsetted && JsonText.Is(in reader, "tag"u8))
            {
                wanted = 1;
            }
            else if (masked && JsonText.Is(in reader, "security"u8))
            {
                wanted = 2;
            }

            reader.Read();
            var valueStart = start + checked((int)reader.TokenStartIndex);
            var isList = reader.TokenType == JsonTokenType.StartArray;
            var isMarked = wanted != 0 && isList && Skip(ref reader, wanted == 1 ? "SUBSETTED"u8 : "MASKED"u8);
            if (wanted == 0 || !isList)
            {
                reader.Skip();
            }

            var valueEnd = start + checked((int)reader.BytesConsumed);
            output.Write(any ? ","u8 : default);
            any = true;
            if (wanted == 0 || isMarked)
            {
                edits.Copy(data, nameStart, valueEnd, output);
            }
            else
            {
                // Anything but a list there is no tag at all.
                WriteArray(
                    wanted == 1 ? "tag"u8 : "security"u8,
                    isList ? data[(valueStart + 1)..(valueEnd - 1)] : default,
                    wanted == 1 ? Subsetted : Masked,
                    output
                );
            }

            subsetted &= wanted != 1;
            masked &= wanted != 2;
        }

        if (subsetted)
        {
            output.Write(any ? ","u8 : default);
            any = true;
            WriteArray("tag"u8, default, Subsetted, output);
        }

        if (masked)
        {
            output.Write(any ? ","u8 : default);
            WriteArray("security"u8, default, Masked, output);
        }

        output.Write("}"u8);
    }

    private static void WriteArray(ReadOnlySpan<byte> name, ReadOnlySpan<byte> items, ReadOnlySpan<byte> mark, IBufferWriter<byte> output)
    {
        output.Write("\""u8);
        output.Write(name);
        output.Write("\":["u8);
        output.Write(mark);
        if (!items.Trim(" \t\r\n"u8).IsEmpty)
        {
            output.Write(","u8);
            output.Write(items);
        }

        output.Write("]"u8);
    }

    // True when one of the codings is the mark itself, by system and code.
    private static bool Skip(ref Utf8JsonReader reader, ReadOnlySpan<byte> code)
    {
        var depth = reader.CurrentDepth;
        var (hasSystem, hasCode, found) = (false, false, false);
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType == JsonTokenType.StartObject && reader.CurrentDepth == depth + 1)
            {
                (hasSystem, hasCode) = (false, false);
            }
            else if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == depth + 2)
            {
                var isSystem = JsonText.Is(in reader, "system"u8);
                var isCode = JsonText.Is(in reader, "code"u8);
                reader.Read();
                hasSystem |= isSystem && reader.TokenType == JsonTokenType.String && JsonText.Is(in reader, System);
                hasCode |= isCode && reader.TokenType == JsonTokenType.String && JsonText.Is(in reader, code);
                found |= hasSystem && hasCode;
                reader.Skip();
            }
        }

        return found;
    }
}

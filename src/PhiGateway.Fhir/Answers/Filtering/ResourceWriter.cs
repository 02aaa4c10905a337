using System.Buffers;
using System.Text.Json;
using PhiGateway.Fhir.Answers.Scanning;

namespace PhiGateway.Fhir.Answers.Filtering;

/// <summary>Writes a resource that was just read: whole with its references rewritten, or only the elements that may leave, marked SUBSETTED.</summary>
internal static class ResourceWriter
{
    private static ReadOnlySpan<byte> Subsetted => """{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}"""u8;

    /// <summary>Writes it; true when the permitted elements left something out.</summary>
    public static bool Write(ReadOnlySpan<byte> data, int start, int end, ResourceReader source, ElementNames? permitted, ClientView? view, IBufferWriter<byte> output)
    {
        if (permitted is null && view is null)
        {
            source.Edits.Copy(data, start, end, output);
            return false;
        }

        var cut = false;
        var marked = false;
        var any = false;
        var members = source.Members;
        output.Write("{"u8);
        for (var i = 0; i < members.Count; i++)
        {
            var name = members.Name(i, data);
            if (permitted is not null && !permitted.Contains(name))
            {
                cut = true;
                continue;
            }

            if (view is not null && !view.Shows(name))
            {
                continue;
            }

            output.Write(any ? ","u8 : default);
            any = true;
            if (name.SequenceEqual("meta"u8))
            {
                marked = true;
                WriteMeta(data, members.ValueStart(i, data), members.End(i, data), source.Edits, output);
            }
            else
            {
                source.Edits.Copy(data, members.Start(i), members.End(i, data), output);
            }
        }

        if (!marked)
        {
            output.Write(any ? ","u8 : default);
            WriteOwnMeta(output);
        }

        output.Write("}"u8);
        return cut;
    }

    private static void WriteOwnMeta(IBufferWriter<byte> output)
    {
        output.Write("\"meta\":{\"tag\":["u8);
        output.Write(Subsetted);
        output.Write("]}"u8);
    }

    private static void WriteMeta(ReadOnlySpan<byte> data, int start, int end, EditList edits, IBufferWriter<byte> output)
    {
        var reader = new Utf8JsonReader(data[start..end]);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            WriteOwnMeta(output);
            return;
        }

        // Without a tag, a new one goes in after the brace; otherwise into the array that is there.
        var insert = start + 1;
        var empty = true;
        var inTag = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            empty = false;
            if (!reader.ValueSpan.SequenceEqual("tag"u8))
            {
                reader.Skip();
                continue;
            }

            reader.Read();
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                WriteOwnMeta(output);
                return;
            }

            inTag = true;
            var opened = checked((int)reader.BytesConsumed);
            insert = start + opened;
            reader.Skip();
            var content = data[insert..(start + checked((int)reader.TokenStartIndex))];
            if (content.IndexOf("\"SUBSETTED\""u8) >= 0)
            {
                output.Write("\"meta\":"u8);
                edits.Copy(data, start, end, output);
                return;
            }

            empty = content.Trim(" \t\r\n"u8).IsEmpty;
            break;
        }

        output.Write("\"meta\":"u8);
        edits.Copy(data, start, insert, output);
        output.Write(inTag ? default : "\"tag\":["u8);
        output.Write(Subsetted);
        output.Write(inTag ? default : "]"u8);
        output.Write(empty ? default : ","u8);
        edits.Copy(data, insert, end, output);
    }
}

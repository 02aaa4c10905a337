using System.Buffers;
using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Resources;

namespace PhiGateway.Fhir.Answers.Writing;

/// <summary>
/// Writes members of a resource of whose extensions only listed ones may leave: at its root those with a listed URL, below it none. An
/// extension can hold anything, also a name.
/// </summary>
internal static class ExtensionWriter
{
    private static ReadOnlySpan<byte> End => "xtension\""u8;

    /// <summary>Whether a value holds an extension somewhere; the reader has refused member names with escapes.</summary>
    public static bool IsIn(ReadOnlySpan<byte> value) => value.IndexOf(End) >= 0;

    /// <summary>Writes the root's extensions with a listed URL, with their name; false when there is none.</summary>
    /// <param name="data">The whole resource.</param>
    /// <param name="start">Where the array begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="urls">Those that may leave.</param>
    /// <param name="edits">References that leave rewritten.</param>
    /// <param name="first">No comma goes before it.</param>
    /// <param name="output">Receives it.</param>
    public static bool WriteListed(
        ReadOnlySpan<byte> data,
        int start,
        int end,
        IReadOnlyList<string> urls,
        EditList edits,
        bool first,
        IBufferWriter<byte> output
    )
    {
        var any = false;
        var reader = new Utf8JsonReader(data[start..end]);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            if (IsListed(reader, urls))
            {
                output.Write(
                    (any, first) switch
                    {
                        (true, _) => ","u8,
                        (_, true) => "\"extension\":["u8,
                        _ => ",\"extension\":["u8,
                    }
                );
                WriteValue(ref reader, data, start, edits, output);
                any = true;
            }
            else
            {
                reader.Skip();
            }
        }

        output.Write(any ? "]"u8 : default);
        return any;
    }

    /// <summary>Whether nothing is left of a value without the extensions in it: FHIR's JSON has no empty objects.</summary>
    public static bool IsEmptied(ReadOnlySpan<byte> value)
    {
        var reader = new Utf8JsonReader(value);
        return reader.Read() && IsBare(reader);
    }

    /// <summary>Writes a member, name and value, without the extensions in it.</summary>
    /// <param name="data">The whole resource.</param>
    /// <param name="nameStart">Where its name begins.</param>
    /// <param name="start">Where its value begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="edits">References that leave rewritten.</param>
    /// <param name="output">Receives it.</param>
    public static void WriteWithout(ReadOnlySpan<byte> data, int nameStart, int start, int end, EditList edits, IBufferWriter<byte> output)
    {
        edits.Copy(data, nameStart, start, output);
        var reader = new Utf8JsonReader(data[start..end]);
        reader.Read();
        WriteValue(ref reader, data, start, edits, output);
    }

    // Simple extensions alone, with a value of what one books by: what one holds in others, a name or a note, nobody listed. What accompanies
    // a value is left out where it is written.
    private static bool IsListed(Utf8JsonReader extension, IReadOnlyList<string> urls)
    {
        var (isListed, hasValue) = (false, false);
        while (extension.Read() && extension.TokenType != JsonTokenType.EndObject)
        {
            var isUrl = JsonText.Is(in extension, "url"u8);
            var isValue = IsValue(extension);
            if (!isUrl && !isValue && !JsonText.Is(in extension, "id"u8) && !extension.ValueSpan.StartsWith("_"u8))
            {
                return false;
            }

            extension.Read();
            isListed |= isUrl && extension.TokenType == JsonTokenType.String && urls.Contains(extension.GetString()!);
            hasValue |= isValue;
            extension.Skip();
        }

        return isListed && hasValue;
    }

    private static bool IsValue(in Utf8JsonReader name) =>
        JsonText.Is(in name, "valueUrl"u8)
        || JsonText.Is(in name, "valueUri"u8)
        || JsonText.Is(in name, "valueString"u8)
        || JsonText.Is(in name, "valueCode"u8)
        || JsonText.Is(in name, "valueInteger"u8)
        || JsonText.Is(in name, "valueCoding"u8)
        || JsonText.Is(in name, "valueCodeableConcept"u8);

    private static bool IsLeftOut(in Utf8JsonReader name) => name.ValueSpan.EndsWith(End[..^1]) || name.ValueSpan.StartsWith("_"u8);

    // Nothing of it but extensions: a value, or a member with its name.
    private static bool IsBare(Utf8JsonReader value)
    {
        if (value.TokenType == JsonTokenType.PropertyName)
        {
            value.Read();
        }

        var depth = value.CurrentDepth;
        if (value.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
        {
            return false;
        }

        while (value.Read() && value.CurrentDepth > depth)
        {
            if (value.TokenType == JsonTokenType.PropertyName)
            {
                if (IsLeftOut(value))
                {
                    value.Skip();
                }
            }
            else if (
                value.TokenType
                is not (JsonTokenType.StartArray or JsonTokenType.StartObject or JsonTokenType.EndArray or JsonTokenType.EndObject)
            )
            {
                return false;
            }
        }

        return true;
    }

    private static void WriteValue(
        ref Utf8JsonReader reader,
        ReadOnlySpan<byte> data,
        int offset,
        EditList edits,
        IBufferWriter<byte> output
    )
    {
        if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
        {
            edits.Copy(data, offset + checked((int)reader.TokenStartIndex), offset + checked((int)reader.BytesConsumed), output);
            return;
        }

        var isList = reader.TokenType == JsonTokenType.StartArray;
        var any = false;
        output.Write(isList ? "["u8 : "{"u8);
        while (reader.Read() && reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject))
        {
            if ((!isList && IsLeftOut(reader)) || IsBare(reader))
            {
                reader.Skip();
                continue;
            }

            output.Write(any ? ","u8 : default);
            any = true;
            if (!isList)
            {
                var name = offset + checked((int)reader.TokenStartIndex);
                reader.Read();
                edits.Copy(data, name, offset + checked((int)reader.TokenStartIndex), output);
            }

            WriteValue(ref reader, data, offset, edits, output);
        }

        output.Write(isList ? "]"u8 : "}"u8);
    }
}

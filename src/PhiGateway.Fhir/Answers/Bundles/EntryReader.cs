using System.Text.Json;
using PhiGateway.Fhir.Json;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>Reads one entry of a Bundle: where its parts stand, and its resource into the facts of the work's reader.</summary>
internal static class EntryReader
{
    /// <summary>Reads the entry whose opening brace the reader stands on; its resource is read into the facts of the work's reader.</summary>
    public static ScanResult Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, AnswerWork work, ref EntrySpan entry)
    {
        var names = work.Reader.Names;
        var start = names.Count;
        ulong bloom = 0;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject)
            {
                names.PopTo(start);
                return ScanResult.Complete;
            }

            var name = reader.ValueSpan;
            if (
                reader.ValueIsEscaped
                || !names.TryAdd(start, ref bloom, NameKey.Of(name), checked((int)reader.TokenStartIndex) + 1, name, data)
            )
            {
                return ScanResult.Broken;
            }

            if (!reader.Read())
            {
                return ScanResult.NeedMore;
            }

            // Written as null by programs that write what they do not have.
            if (reader.TokenType == JsonTokenType.Null)
            {
                continue;
            }

            var result = ReadMember(name, ref reader, data, work, ref entry);
            if (result != ScanResult.Complete)
            {
                return result;
            }

            if (name.SequenceEqual("fullUrl"u8))
            {
                if (reader.TokenType != JsonTokenType.String)
                {
                    return ScanResult.Broken;
                }

                entry.FullUrl = TextOf(ref reader);
            }
        }

        return ScanResult.NeedMore;
    }

    /// <summary>
    /// Reads an entry whose resource cannot be read for what its response says; for answers by position, where what became of it must be
    /// said. The reader stands on its opening brace.
    /// </summary>
    public static ScanResult ReadResponse(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, AnswerWork work, ref EntrySpan entry)
    {
        var answers = 0;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject)
            {
                return answers == 1 ? ScanResult.Complete : ScanResult.Broken;
            }

            var isResponse = JsonText.Is(in reader, "response"u8);
            if (!reader.Read())
            {
                return ScanResult.NeedMore;
            }

            if (isResponse)
            {
                answers++;
                if (ReadTexts(ref reader, data, work, ref entry) is not ScanResult.Complete and var result)
                {
                    return result;
                }
            }
            else if (!reader.TrySkip())
            {
                return ScanResult.NeedMore;
            }
        }

        return ScanResult.NeedMore;
    }

    private static ScanResult ReadMember(
        ReadOnlySpan<byte> name,
        ref Utf8JsonReader reader,
        ReadOnlySpan<byte> data,
        AnswerWork work,
        ref EntrySpan entry
    )
    {
        if (name.SequenceEqual("resource"u8))
        {
            return ReadResource(ref reader, data, work, ref entry);
        }

        var isSearch = name.SequenceEqual("search"u8);
        return isSearch || name.SequenceEqual("response"u8) || name.SequenceEqual("request"u8)
            ? ReadTexts(ref reader, data, work, ref entry, isSearch)
            : work.Skipper.Skip(ref reader, data);
    }

    private static ScanResult ReadResource(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, AnswerWork work, ref EntrySpan entry)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return ScanResult.Broken;
        }

        entry.ResourceStart = checked((int)reader.TokenStartIndex);
        work.Reader.Facts.Reset();
        work.Reader.Links?.Clear();
        var result = work.Reader.Read(ref reader, data, work.Policy, work.Bases, work.Reader.Facts);
        entry.ResourceEnd = checked((int)reader.BytesConsumed);
        return result;
    }

    /// <summary>Reads what matters of search, request and response, strings mostly; the rest is read past.</summary>
    private static ScanResult ReadTexts(
        ref Utf8JsonReader reader,
        ReadOnlySpan<byte> data,
        AnswerWork work,
        ref EntrySpan entry,
        bool isSearch = false
    )
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return ScanResult.Broken;
        }

        var names = work.Reader.Names;
        var start = names.Count;
        ulong bloom = 0;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject)
            {
                names.PopTo(start);
                return ScanResult.Complete;
            }

            var name = reader.ValueSpan;
            if (
                reader.ValueIsEscaped
                || !names.TryAdd(start, ref bloom, NameKey.Of(name), checked((int)reader.TokenStartIndex) + 1, name, data)
            )
            {
                return ScanResult.Broken;
            }

            if (!reader.Read())
            {
                return ScanResult.NeedMore;
            }

            var valueStart = checked((int)reader.TokenStartIndex);
            var result = work.Skipper.Skip(ref reader, data);
            if (result != ScanResult.Complete)
            {
                return result;
            }

            if (reader.TokenType == JsonTokenType.String)
            {
                TakeText(name, TextOf(ref reader), ref entry);
            }
            else if (isSearch)
            {
                var value = new TextSpan(valueStart, checked((int)reader.BytesConsumed) - valueStart, false);
                TakeGrade(name, value, reader.TokenType, ref entry);
            }
        }

        return ScanResult.NeedMore;
    }

    // How well it matches, by the server's own word.
    private static void TakeGrade(ReadOnlySpan<byte> name, TextSpan value, JsonTokenType last, ref EntrySpan entry)
    {
        if (name.SequenceEqual("score"u8) && last == JsonTokenType.Number)
        {
            entry.Score = value;
        }
        else if (name.SequenceEqual("extension"u8) && last == JsonTokenType.EndArray)
        {
            entry.SearchExtensions = value;
        }
    }

    private static void TakeText(ReadOnlySpan<byte> name, TextSpan text, ref EntrySpan entry)
    {
        if (name.SequenceEqual("mode"u8))
        {
            entry.Mode = text;
        }
        else if (name.SequenceEqual("method"u8))
        {
            entry.Method = text;
        }
        else if (name.SequenceEqual("url"u8))
        {
            entry.Url = text;
        }
        else if (name.SequenceEqual("status"u8))
        {
            entry.Status = text;
        }
        else if (name.SequenceEqual("location"u8))
        {
            entry.Location = text;
        }
        else if (name.SequenceEqual("etag"u8))
        {
            entry.Etag = text;
        }
        else if (name.SequenceEqual("lastModified"u8))
        {
            entry.LastModified = text;
        }
    }

    private static TextSpan TextOf(ref Utf8JsonReader reader) =>
        new(checked((int)reader.TokenStartIndex) + 1, reader.ValueSpan.Length, reader.ValueIsEscaped);
}

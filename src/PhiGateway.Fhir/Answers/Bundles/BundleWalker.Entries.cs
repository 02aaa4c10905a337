using System.Text.Json;
using System.Text.Unicode;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Decisions;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <content>Reading one entry.</content>
internal sealed partial class BundleWalker
{
    private ScanResult ReadEntry(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, int from)
    {
        var entry = default(EntrySpan);
        var entryStart = checked((int)reader.TokenStartIndex);
        if (work.Options.Judges is { } judges)
        {
            work.Policy = _entries < judges.Count ? judges[_entries] : ReleasePolicy.Nothing;
            work.Current = work.Options.Currents is { } currents && _entries < currents.Count ? currents[_entries] : null;
        }

        var result = ReadEntryMembers(ref reader, data, ref entry);
        if (result != ScanResult.Complete)
        {
            return result;
        }

        if (!Utf8.IsValid(data[from..checked((int)reader.BytesConsumed)]))
        {
            return ScanResult.Broken;
        }

        var place = _entries++;
        return Waits(data, data[entryStart..checked((int)reader.BytesConsumed)], ref entry)
            ? ScanResult.Complete
            : Settle(data, ref entry, place);
    }

    private ScanResult ReadEntryMembers(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, ref EntrySpan entry)
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

            var result =
                name.SequenceEqual("resource"u8) ? ReadResource(ref reader, data, ref entry)
                : name.SequenceEqual("search"u8) || name.SequenceEqual("response"u8) || name.SequenceEqual("request"u8)
                    ? ReadTexts(ref reader, data, ref entry)
                : work.Skipper.Skip(ref reader, data);
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

    private ScanResult ReadResource(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, ref EntrySpan entry)
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

    /// <summary>Reads the few strings of search, request and response that matter; the rest is read past.</summary>
    private ScanResult ReadTexts(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, ref EntrySpan entry)
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

            var result = work.Skipper.Skip(ref reader, data);
            if (result != ScanResult.Complete)
            {
                return result;
            }

            if (reader.TokenType == JsonTokenType.String)
            {
                TakeText(name, TextOf(ref reader), ref entry);
            }
        }

        return ScanResult.NeedMore;
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

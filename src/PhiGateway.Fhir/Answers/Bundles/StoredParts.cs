using System.Buffers;
using System.Text.Json;
using PhiGateway.Fhir.Answers.Writing;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Writes what stands in an entry of a stored Bundle beside its address and its resource: the members that R4 defines, with the gateway's
/// addresses; a resource among them is judged as one of the Bundle's.
/// </summary>
/// <remarks>
/// A member that R4 does not define is dropped, since no decision saw what is in it. One that is named as one of those but for the letter case
/// makes the entry unreadable: there are readers that take it for that.
/// </remarks>
internal static class StoredParts
{
    // What every element has.
    private static readonly string[] OfElements = ["id", "extension", "modifierExtension"];

    // FHIR R4, Bundle.entry; null: a resource, an element without members of its own here, or what is written elsewhere.
    private static readonly Dictionary<string, string[]?> OfEntry = new(StringComparer.Ordinal)
    {
        ["fullUrl"] = null,
        ["_fullUrl"] = null,
        ["resource"] = null,
        ["id"] = null,
        ["extension"] = null,
        ["modifierExtension"] = null,
        ["link"] = ["relation", "url"],
        ["search"] = ["mode", "score"],
        ["request"] = ["method", "url", "ifNoneMatch", "ifModifiedSince", "ifMatch", "ifNoneExist"],
        ["response"] = ["status", "location", "etag", "lastModified", Outcome],
    };

    private const string Outcome = "outcome";

    /// <summary>
    /// Writes them, each with a comma before it; false when one cannot be read. What must stay is in the work's disclosure then, and with it
    /// the whole Bundle stays.
    /// </summary>
    /// <param name="work">The work on the Bundle.</param>
    /// <param name="data">The bytes of the Bundle.</param>
    /// <param name="entry">The entry that was read.</param>
    public static bool TryWrite(AnswerWork work, ReadOnlySpan<byte> data, ref EntrySpan entry)
    {
        var reader = new Utf8JsonReader(data[entry.Start..entry.End], ResourceReader.OptionsFor(work.Bases));
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = entry.Start + checked((int)reader.TokenStartIndex);
            var name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null)
            {
                // What a program has not and writes all the same; it is no FHIR.
                continue;
            }

            if (!OfEntry.TryGetValue(name, out var members))
            {
                if (IsNearly(name, OfEntry.Keys))
                {
                    return false;
                }

                Drop(ref reader, work);
                continue;
            }

            var isRead = members is null
                ? Pass(ref reader, name, start, entry.Start, data, work)
                : WriteElements(ref reader, name, members, data, ref entry, work);
            if (!isRead)
            {
                return false;
            }
        }

        return true;
    }

    private static bool Pass(ref Utf8JsonReader reader, string name, int start, int offset, ReadOnlySpan<byte> data, AnswerWork work)
    {
        reader.Skip();
        if (name is not ("fullUrl" or "resource"))
        {
            work.Output.Write(","u8);
            work.CopyAround(data, start, offset + checked((int)reader.BytesConsumed));
        }

        return true;
    }

    // One element, or a list of them.
    private static bool WriteElements(
        ref Utf8JsonReader reader,
        string name,
        string[] members,
        ReadOnlySpan<byte> data,
        ref EntrySpan entry,
        AnswerWork work
    )
    {
        var isList = name == "link";
        if (reader.TokenType != (isList ? JsonTokenType.StartArray : JsonTokenType.StartObject))
        {
            return false;
        }

        work.Output.Write(",\""u8);
        work.Output.Write(System.Text.Encoding.ASCII.GetBytes(name));
        work.Output.Write(isList ? "\":["u8 : "\":"u8);
        var isFirst = true;
        while (!isList || (reader.Read() && reader.TokenType == JsonTokenType.StartObject))
        {
            work.Output.Write(isFirst ? default : ","u8);
            isFirst = false;
            if (!WriteElement(ref reader, members, data, ref entry, work))
            {
                return false;
            }

            if (!isList)
            {
                return true;
            }
        }

        work.Output.Write("]"u8);
        return reader.TokenType == JsonTokenType.EndArray;
    }

    private static bool WriteElement(
        ref Utf8JsonReader reader,
        string[] members,
        ReadOnlySpan<byte> data,
        ref EntrySpan entry,
        AnswerWork work
    )
    {
        var isFirst = true;
        work.Output.Write("{"u8);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = entry.Start + checked((int)reader.TokenStartIndex);
            var name = reader.GetString()!;
            reader.Read();
            var element = name.TrimStart('_');
            if (Array.IndexOf(members, element) < 0 && Array.IndexOf(OfElements, element) < 0)
            {
                if (IsNearly(element, members))
                {
                    return false;
                }

                Drop(ref reader, work);
                continue;
            }

            var value = entry.Start + checked((int)reader.TokenStartIndex);
            reader.Skip();
            var end = entry.Start + checked((int)reader.BytesConsumed);
            if (name != Outcome)
            {
                work.Output.Write(isFirst ? default : ","u8);
                work.CopyAround(data, start, end);
                isFirst = false;
            }
            else if (!WriteOutcome(data, value, end, entry.FullUrl, work, ref isFirst))
            {
                return false;
            }
        }

        work.Output.Write("}"u8);
        return true;
    }

    // FHIR R4 has an OperationOutcome there, and lets any resource stand there. What stays is left out: null is no FHIR.
    private static bool WriteOutcome(ReadOnlySpan<byte> data, int start, int end, TextSpan fullUrl, AnswerWork work, ref bool isFirst)
    {
        var outcome = data[start..end];
        using var inner = work.Nest(work.Disclosure, work.Output, work.Container, null);
        if (!inner.Reader.TryReadWhole(outcome, work.Policy, work.Bases, inner.Reader.Facts))
        {
            return false;
        }

        if (inner.Reader.Facts.Type == ResourceType.OperationOutcome)
        {
            WriteName(work, ref isFirst);
            NeutralOutcome.WriteLike(outcome, work.Output);
            return true;
        }

        StoredEntry.Attribute(data, fullUrl, inner.Reader.Facts, work.Bases);
        switch (inner.Prepare(outcome, 0, outcome.Length, null, work.Disclosure, null))
        {
            case ReleaseOutcome.Released:
                WriteName(work, ref isFirst);
                inner.Write(outcome, 0, outcome.Length, viewed: false);
                return true;
            case ReleaseOutcome.Withheld:
                return true;
            default:
                return false;
        }
    }

    private static void WriteName(AnswerWork work, ref bool isFirst)
    {
        work.Output.Write(isFirst ? "\"outcome\":"u8 : ",\"outcome\":"u8);
        isFirst = false;
    }

    private static void Drop(ref Utf8JsonReader reader, AnswerWork work)
    {
        reader.Skip();
        work.Disclosure.Redacted = true;
    }

    private static bool IsNearly(string name, IEnumerable<string> known) => known.Contains(name, StringComparer.OrdinalIgnoreCase);
}

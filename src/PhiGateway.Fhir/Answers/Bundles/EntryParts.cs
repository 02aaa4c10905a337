using System.Buffers;
using System.Text;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>Writes request, response and fullUrl of an entry, reduced to what was judged or says nothing.</summary>
internal static class EntryParts
{
    public static void WriteTypeAndId(ResourceFacts facts, IBufferWriter<byte> output)
    {
        output.Write(facts.Type.Utf8Name);
        output.Write("/"u8);
        WriteAscii(facts.Id, output);
    }

    /// <summary>The request of a history entry, made from the resource itself.</summary>
    public static void WriteRequest(ReadOnlySpan<byte> data, TextSpan method, ResourceFacts facts, IBufferWriter<byte> output)
    {
        var name = method.IsNone ? default : method.In(data);
        if (facts.Id is null || !(name.SequenceEqual("POST"u8) || name.SequenceEqual("PUT"u8) || name.SequenceEqual("PATCH"u8)))
        {
            return;
        }

        output.Write(",\"request\":{\"method\":\""u8);
        output.Write(name);
        output.Write("\",\"url\":\""u8);
        if (name.SequenceEqual("POST"u8))
        {
            output.Write(facts.Type.Utf8Name);
        }
        else
        {
            WriteTypeAndId(facts, output);
        }

        output.Write("\"}"u8);
    }

    /// <summary>The response: status, and unless hidden, location, etag and time of change.</summary>
    /// <param name="data">The bytes being read.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="work">What the filtering of the answer shares; it is written to its output.</param>
    /// <param name="hidden">Answer as for something that does not exist.</param>
    /// <param name="first">Nothing of the entry was written yet.</param>
    /// <param name="released">What leaves of the entry; null: nothing of a resource.</param>
    /// <param name="isAsked">It answers a request that was decided; else nothing but a status leaves without a resource.</param>
    /// <param name="isFound">It answers a create that found what its condition matched: where that is is told.</param>
    public static void WriteResponse(
        ReadOnlySpan<byte> data,
        ref EntrySpan entry,
        AnswerWork work,
        bool hidden,
        bool first,
        ResourceFacts? released = null,
        bool isAsked = true,
        bool isFound = false
    )
    {
        var output = work.Output;
        if (!hidden && !HasStatus(entry.Status, data))
        {
            return;
        }

        output.Write(first ? default : ","u8);
        output.Write("\"response\":{"u8);
        if (hidden)
        {
            WriteStatus("404"u8, output);
        }
        else
        {
            WriteOutcomeOf(data, ref entry, work, released, isAsked, isFound);
        }

        output.Write("}"u8);
    }

    /// <summary>What a response says, without what is around it: status, location, etag and time of change.</summary>
    public static void WriteOutcomeOf(
        ReadOnlySpan<byte> data,
        ref EntrySpan entry,
        AnswerWork work,
        ResourceFacts? released,
        bool isAsked,
        bool isFound = false
    )
    {
        var status = StatusOf(entry.Status, data);
        WriteStatus(status.IsEmpty ? "502"u8 : status, work.Output);
        if (!status.SequenceEqual("404"u8) && (isAsked || released is not null))
        {
            if (isFound && released?.Id is not null)
            {
                WriteOwnLocation(work, released);
            }
            else
            {
                WriteLocation(data, entry.Location, work, released, isAsked);
            }

            if (released is not null && work.IsCut && ReferenceEquals(released, work.Reader.Facts))
            {
                // A server without versions may work its tag out from all that the record holds.
                WriteVersion(released.VersionId, work.Output);
            }
            else
            {
                WriteSimple(data, entry.Etag, ",\"etag\":\""u8, work.Output);
            }

            WriteSimple(data, entry.LastModified, ",\"lastModified\":\""u8, work.Output);
        }
    }

    /// <summary>
    /// Whether a response is about what its request asked for: a server that knows a duplicate by itself answers a creation with 200 and where
    /// that is, which nobody here has written.
    /// </summary>
    public static bool IsOfAsked(FhirRequest? asked, ref EntrySpan entry, ReadOnlySpan<byte> data) =>
        asked is not null && !(asked.Interaction == Interaction.Create && StatusOf(entry.Status, data).SequenceEqual("200"u8));

    /// <summary>Whether a response says its status.</summary>
    public static bool HasStatus(TextSpan status, ReadOnlySpan<byte> data) => !StatusOf(status, data).IsEmpty;

    /// <summary>The fullUrl by which the entries of a stored Bundle refer to each other; only our own bases change.</summary>
    public static void WriteStoredFullUrl(ReadOnlySpan<byte> data, TextSpan fullUrl, Bases bases, IBufferWriter<byte> output)
    {
        if (fullUrl.IsNone || fullUrl.Escaped)
        {
            return;
        }

        var text = fullUrl.In(data);
        var length = bases.Match(text, out _);
        output.Write("\"fullUrl\":\""u8);
        output.Write(length > 0 ? bases.Gateway : default);
        output.Write(text[length..]);
        output.Write("\","u8);
    }

    // A place that has no name on this side is made anew from the resource that leaves; where none does, it is said that it is not told.
    private static void WriteLocation(ReadOnlySpan<byte> data, TextSpan location, AnswerWork work, ResourceFacts? released, bool isAsked)
    {
        if (location.IsNone)
        {
            return;
        }

        var text = Encoding.UTF8.GetBytes(JsonText.ToString(location.In(data), location.Escaped));
        var place = isAsked ? FindPlace(text, work.Bases) : default;
        if (place.IsEmpty && released?.Id is null)
        {
            work.Disclosure.CannotFollow = true;
            work.Sealer?.Seal("location", Encoding.UTF8.GetString(text));
            return;
        }

        if (place.IsEmpty)
        {
            WriteOwnLocation(work, released!);
            return;
        }

        work.Output.Write(",\"location\":\""u8);
        work.Output.Write(work.Bases.Gateway);
        work.Output.Write(place);
        work.Output.Write("\""u8);
    }

    private static void WriteOwnLocation(AnswerWork work, ResourceFacts released)
    {
        work.Output.Write(",\"location\":\""u8);
        work.Output.Write(work.Bases.Gateway);
        WriteTypeAndId(released, work.Output);
        work.Output.Write("\""u8);
    }

    // Type, id and perhaps version below our base; empty where it is elsewhere or something else.
    private static ReadOnlySpan<byte> FindPlace(ReadOnlySpan<byte> text, Bases bases)
    {
        if (ReferenceReader.TryRead(text, bases, out _, out _))
        {
            return text[bases.Match(text, out _)..];
        }

        var place = Encoding.UTF8.GetBytes(bases.PlaceOf(text) ?? string.Empty);
        return ReferenceReader.TryRead(place, bases, out _, out _) ? place : default;
    }

    private static void WriteVersion(string? version, IBufferWriter<byte> output)
    {
        if (version is not null)
        {
            output.Write(",\"etag\":\"W/\\\""u8);
            WriteAscii(version, output);
            output.Write("\\\"\""u8);
        }
    }

    // An etag is W/"version", a time has digits and signs; anything longer or stranger is not passed on.
    private static void WriteSimple(ReadOnlySpan<byte> data, TextSpan text, ReadOnlySpan<byte> label, IBufferWriter<byte> output)
    {
        if (text.IsNone || text.Length > 80)
        {
            return;
        }

        var raw = text.In(data);
        Span<byte> scratch = stackalloc byte[80];
        var plain = JsonText.Plain(raw, text.Escaped, scratch);
        var core = plain.StartsWith("W/"u8) ? plain[2..] : plain;
        foreach (var value in core.Trim("\""u8))
        {
            if (!(char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'.' or (byte)':' or (byte)'+'))
            {
                return;
            }
        }

        output.Write(label);
        output.Write(raw);
        output.Write("\""u8);
    }

    private static ReadOnlySpan<byte> StatusOf(TextSpan status, ReadOnlySpan<byte> data)
    {
        var digits = status.IsNone || status.Length < 3 ? default : status.In(data)[..3];
        if (digits.IsEmpty || digits[0] is < (byte)'1' or > (byte)'5' || digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0)
        {
            return default;
        }

        // Gone would say that it was there once.
        return digits.SequenceEqual("410"u8) ? "404"u8 : digits;
    }

    private static void WriteStatus(ReadOnlySpan<byte> status, IBufferWriter<byte> output)
    {
        output.Write("\"status\":\""u8);
        output.Write(status);
        output.Write(PhraseOf(status));
        output.Write("\""u8);
    }

    private static ReadOnlySpan<byte> PhraseOf(ReadOnlySpan<byte> status) =>
        (((status[0] - '0') * 100) + ((status[1] - '0') * 10) + status[2] - '0') switch
        {
            200 => " OK"u8,
            201 => " Created"u8,
            204 => " No Content"u8,
            304 => " Not Modified"u8,
            400 => " Bad Request"u8,
            403 => " Forbidden"u8,
            404 => " Not Found"u8,
            409 => " Conflict"u8,
            412 => " Precondition Failed"u8,
            422 => " Unprocessable Entity"u8,
            _ => default,
        };

    private static void WriteAscii(string? text, IBufferWriter<byte> output)
    {
        var room = output.GetSpan(text!.Length);
        System.Text.Ascii.FromUtf16(text, room, out var written);
        output.Advance(written);
    }

    /// <summary>
    /// Whether the entry just read stands under its own name on this server; what stands under another server's is not what is referred to here.
    /// </summary>
    public static bool IsHere(TextSpan fullUrl, ReadOnlySpan<byte> data, AnswerWork work) =>
        fullUrl.IsNone || (!fullUrl.Escaped && ReferenceReader.IsNameOf(fullUrl.In(data), work.Reader.Facts, work.Bases));

    /// <summary>A <c>search.mode</c> that means something here; empty: none.</summary>
    public static ReadOnlySpan<byte> ModeOf(TextSpan mode, ReadOnlySpan<byte> data)
    {
        if (mode.IsNone)
        {
            return default;
        }

        var text = mode.In(data);
        return text.SequenceEqual("match"u8) || text.SequenceEqual("include"u8) ? text : default;
    }
}

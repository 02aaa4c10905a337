using System.Buffers;
using System.Globalization;
using System.Text;

namespace PhiGateway.Gateway.Upstream.Lean;

/// <summary>What became of reading a head.</summary>
internal enum HeadState : byte
{
    /// <summary>The bytes may become a head when more of them arrive.</summary>
    Incomplete,

    Read,

    /// <summary>They can be read in more than one way, or in none: the connection is closed, the answer refused.</summary>
    Broken,
}

/// <summary>
/// Reads status line and headers of an HTTP/1.1 answer in the one way in which they can be read; called by <see cref="LeanConnection"/>.
/// </summary>
/// <remarks>
/// Refused, not repaired: line ends other than CRLF, folded lines, white space before the colon, characters that a field may not have, two
/// lengths (equal ones too), a length beside a transfer coding, a coding other than one <c>chunked</c>, a body where there can be none.
/// Each
/// of these lets two readers of one connection disagree on where an answer ends (RFC 9112, sections 6.3 and 11).
/// </remarks>
internal static class AnswerHeadReader
{
    /// <summary>Heads longer than this are refused; bytes.</summary>
    internal const int MaxHead = 32 * 1024;

    private const int MaxFields = 128;

    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8
    );

    // A field's value: visible characters, blanks and what lies beyond ASCII (RFC 9110, section 5.5).
    private static readonly SearchValues<byte> ControlBytes = SearchValues.Create([
        .. Enumerable.Range(0, 32).Where(static value => value != '\t').Select(static value => (byte)value),
        0x7f,
    ]);

    /// <summary>Reads a head from the start of what has arrived.</summary>
    /// <param name="data">All bytes that have arrived and were not consumed.</param>
    /// <param name="isHead">Whether the request was a HEAD, whose answer has no body whatever it says.</param>
    /// <param name="head">The head, when it was read.</param>
    /// <param name="consumed">How many bytes it took, with the empty line after it.</param>
    internal static HeadState Read(ReadOnlySpan<byte> data, bool isHead, out AnswerHead? head, out int consumed)
    {
        (head, consumed) = (null, 0);
        var end = data.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return data.Length >= MaxHead || IsHopeless(data) ? HeadState.Broken : HeadState.Incomplete;
        }

        if (end > MaxHead)
        {
            return HeadState.Broken;
        }

        var rest = data[..(end + 2)];
        var read = new AnswerHead();
        var fields = new FramingFields();
        if (!TryReadStatus(TakeLine(ref rest), read, ref fields))
        {
            return HeadState.Broken;
        }

        for (var count = 0; rest.Length > 0; count++)
        {
            if (count == MaxFields || !TryReadField(TakeLine(ref rest), read, ref fields))
            {
                return HeadState.Broken;
            }
        }

        if (!TryFrame(read, fields, isHead))
        {
            return HeadState.Broken;
        }

        (head, consumed) = (read, end + 4);
        return HeadState.Read;
    }

    // What cannot begin a status line will not become one: a server of another protocol is told from a slow one.
    private static bool IsHopeless(ReadOnlySpan<byte> data)
    {
        var start = "HTTP/1."u8;
        return !data[..Math.Min(data.Length, start.Length)].SequenceEqual(start[..Math.Min(data.Length, start.Length)]);
    }

    private static ReadOnlySpan<byte> TakeLine(ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf("\r\n"u8);
        var line = rest[..end];
        rest = rest[(end + 2)..];
        return line;
    }

    // HTTP-version SP 3DIGIT SP reason (RFC 9112, section 4); the reason may be empty, and so may, leniently, the blank before it.
    private static bool TryReadStatus(ReadOnlySpan<byte> line, AnswerHead head, ref FramingFields fields)
    {
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[8] != ' ' || line.IndexOfAny(ControlBytes) >= 0)
        {
            return false;
        }

        if (line[7] is not ((byte)'0' or (byte)'1') || (line.Length > 12 && line[12] != ' '))
        {
            return false;
        }

        var digits = line.Slice(9, 3);
        if (digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0 || digits[0] is < (byte)'1' or > (byte)'5')
        {
            return false;
        }

        head.Status = ((digits[0] - '0') * 100) + ((digits[1] - '0') * 10) + (digits[2] - '0');
        head.KeepsAlive = line[7] == '1';
        fields.IsOld = !head.KeepsAlive;
        return true;
    }

    private static bool TryReadField(ReadOnlySpan<byte> line, AnswerHead head, ref FramingFields fields)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0)
        {
            return false;
        }

        var name = line[..colon];
        var value = line[(colon + 1)..].Trim(" \t"u8);
        if (name.IndexOfAnyExcept(TokenBytes) >= 0 || value.IndexOfAny(ControlBytes) >= 0)
        {
            return false;
        }

        return TakeFraming(name, value, head, ref fields) && TakeKnown(name, value, head);
    }

    private static bool TakeFraming(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, AnswerHead head, ref FramingFields fields)
    {
        if (Is(name, "content-length"u8))
        {
            if (fields.HasLength || value.Length is 0 or > 18 || value.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0)
            {
                return false;
            }

            fields.HasLength = true;
            fields.Length = long.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);
        }
        else if (Is(name, "transfer-encoding"u8))
        {
            if (fields.IsChunked || !Is(value, "chunked"u8))
            {
                return false;
            }

            fields.IsChunked = true;
        }
        else if (Is(name, "connection"u8))
        {
            head.KeepsAlive &= !HasToken(value, "close"u8);
        }

        return true;
    }

    // What the gateway reads of an answer. One of these in two lines can be read in two ways.
    private static bool TakeKnown(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, AnswerHead head)
    {
        switch (name.Length)
        {
            case 4 when Is(name, "etag"u8):
                return TakeOnce(head.ETag, value, out var tag) && (head.ETag = tag) is not null;
            case 7 when Is(name, "expires"u8):
                // Caches and proxies write it too, and some write it twice: then it says nothing.
                head.Expires = head.Expires is null ? TextOf(value) : string.Empty;
                return true;
            case 8 when Is(name, "location"u8):
                return TakeOnce(head.Location, value, out var location) && (head.Location = location) is not null;
            case 10 when Is(name, "x-progress"u8):
                return TakeOnce(null, value, out var progress) && (head.Progress ??= progress) is not null;
            case 11 when Is(name, "retry-after"u8):
                return TakeOnce(head.RetryAfter, value, out var retry) && (head.RetryAfter = retry) is not null;
            case 12 when Is(name, "content-type"u8):
                return TakeOnce(head.ContentType, value, out var type) && (head.ContentType = type) is not null;
            case 13 when Is(name, "last-modified"u8):
                return TakeOnce(head.LastModified, value, out var modified) && (head.LastModified = modified) is not null;
            case 16 when Is(name, "content-encoding"u8):
                return TakeOnce(head.ContentEncoding, value, out var encoding) && (head.ContentEncoding = encoding) is not null;
            case 16 when Is(name, "content-location"u8):
                return TakeOnce(head.ContentLocation, value, out var place) && (head.ContentLocation = place) is not null;
            default:
                return true;
        }
    }

    private static bool TakeOnce(string? before, ReadOnlySpan<byte> value, out string text)
    {
        text = before is null ? TextOf(value) : string.Empty;
        return before is null;
    }

    // The usual values are not made anew for each answer.
    private static string TextOf(ReadOnlySpan<byte> value)
    {
        if (value.SequenceEqual("application/fhir+json"u8))
        {
            return "application/fhir+json";
        }

        return value.SequenceEqual("application/fhir+json;charset=utf-8"u8)
            ? "application/fhir+json;charset=utf-8"
            : Encoding.Latin1.GetString(value);
    }

    private static bool TryFrame(AnswerHead head, in FramingFields fields, bool isHead)
    {
        if (fields.HasLength && fields.IsChunked)
        {
            return false;
        }

        head.Length = fields.HasLength ? fields.Length : null;
        if (isHead || head.Status is < 200 or 204 or 304)
        {
            head.Framing = BodyFraming.None;

            // An interim answer or one without content that announces a body: the next answer would be read out of it.
            var announces = fields.IsChunked || (fields.HasLength && fields.Length > 0 && head.Status != 304);
            return isHead || !announces;
        }

        // A coding in an answer of HTTP/1.0 is not to be trusted (RFC 9112, section 6.1).
        if (fields.IsChunked)
        {
            head.Framing = BodyFraming.Chunked;
            return !fields.IsOld;
        }

        head.Framing = fields.HasLength ? BodyFraming.Length : BodyFraming.UntilClose;
        head.KeepsAlive &= fields.HasLength;
        return true;
    }

    internal static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lowerCase) => Ascii.EqualsIgnoreCase(text, lowerCase);

    private static bool HasToken(ReadOnlySpan<byte> list, ReadOnlySpan<byte> lowerCase)
    {
        foreach (var part in list.Split((byte)','))
        {
            if (Is(list[part].Trim(" \t"u8), lowerCase))
            {
                return true;
            }
        }

        return false;
    }

    private struct FramingFields
    {
        internal bool HasLength;
        internal long Length;
        internal bool IsChunked;
        internal bool IsOld;
    }
}

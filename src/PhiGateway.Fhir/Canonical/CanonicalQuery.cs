using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Canonical;

/// <summary>
/// Reads a query or an urlencoded form into parameters: split on <c>&amp;</c>, then on the first <c>=</c>, then decoded exactly once.
/// </summary>
internal static class CanonicalQuery
{
    // RFC 3986 query characters; the bar, which every FHIR client sends bare; and FHIR's own escape and the braces and caret that browsers
    // leave bare in a query too (URL standard), as they do brackets, which stand in units of measure (mm[Hg]) and, in a name, make lists.
    // Without the semicolon, which some parsers split on, and backticks.
    private static readonly SearchValues<char> Raw = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$'()*+,:@/?|%=&\\^{}[]"
    );

    /// <summary>Reads a query without its <c>?</c>, or a form; empty text has no parameters.</summary>
    /// <param name="query">The text.</param>
    /// <param name="maxParameters">Most parameters.</param>
    /// <param name="parameters">Receives them, in order.</param>
    /// <param name="mayBeEmpty">A parameter may have no value, of which the caller decides what it means; else it is refused.</param>
    /// <param name="holdsQuery">
    /// Name of the parameter whose value is a query of its own, encoded by itself before it was encoded as a value: whoever reads it as one
    /// decodes it exactly once more and refuses what is encoded still. Null: there is none.
    /// </param>
    internal static Refusal? Read(
        ReadOnlySpan<char> query,
        int maxParameters,
        out QueryParameter[] parameters,
        bool mayBeEmpty = false,
        string? holdsQuery = null
    )
    {
        parameters = [];
        // An ampersand at the very end has nothing after it: form serializers leave one.
        query = query.EndsWith('&') ? query[..^1] : query;
        if (query.IsEmpty)
        {
            return null;
        }

        if (query.ContainsAnyExcept(Raw))
        {
            return Malformed("character outside the query grammar");
        }

        var count = query.Count('&') + 1;
        if (count > maxParameters)
        {
            return Malformed("too many parameters");
        }

        var read = new QueryParameter[count];
        for (var i = 0; i < count; i++)
        {
            var end = query.IndexOf('&');
            var pair = end < 0 ? query : query[..end];
            var equals = pair.IndexOf('=');
            if (equals <= 0 || (equals == pair.Length - 1 && !mayBeEmpty))
            {
                return Malformed("parameter without name, equals sign or value");
            }

            if (pair[..equals].ContainsAny('[', ']'))
            {
                return Malformed("character outside the query grammar");
            }

            if (
                !TryDecode(pair[..equals], out var name)
                || !TryDecode(pair[(equals + 1)..], out var value, isQuery: holdsQuery is not null && name == holdsQuery)
            )
            {
                return Malformed("parameter is not exactly once percent-encoded UTF-8 text");
            }

            read[i] = new QueryParameter(name, value);
            query = end < 0 ? default : query[(end + 1)..];
        }

        parameters = read;
        return null;
    }

    /// <summary>Reads the urlencoded form of a search; anything but ASCII is refused, and a parameter may have no value.</summary>
    internal static Refusal? ReadForm(ReadOnlySpan<byte> form, int maxParameters, out QueryParameter[] parameters)
    {
        var chars = ArrayPool<char>.Shared.Rent(form.Length);
        try
        {
            if (Ascii.ToUtf16(form, chars, out var written) == OperationStatus.Done)
            {
                return Read(chars.AsSpan(0, written), maxParameters, out parameters, mayBeEmpty: true);
            }

            parameters = [];
            return Malformed("form is not ASCII");
        }
        finally
        {
            ArrayPool<char>.Shared.Return(chars, clearArray: true);
        }
    }

    private static bool TryDecode(ReadOnlySpan<char> raw, out string text, bool isQuery = false)
    {
        if (!raw.ContainsAny('%', '+'))
        {
            text = raw.ToString();
            return true;
        }

        text = string.Empty;
        var bytes = raw.Length <= 512 ? stackalloc byte[raw.Length] : new byte[raw.Length];
        var length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            var c = raw[i];
            if (c != '%')
            {
                bytes[length++] = c == '+' ? (byte)' ' : (byte)c;
                continue;
            }

            if (!Percent.TryRead(raw, i, out bytes[length++]))
            {
                return false;
            }

            i += 2;
        }

        bytes = bytes[..length];
        if (Ascii.IsValid(bytes))
        {
            text = Encoding.ASCII.GetString(bytes);
            return !bytes.ContainsAnyInRange((byte)0, (byte)0x1f)
                && !bytes.Contains((byte)0x7f)
                && (isQuery || !Percent.IsStillEncoded(text));
        }

        if (!Utf8.IsValid(bytes))
        {
            return false;
        }

        text = Encoding.UTF8.GetString(bytes);
        return !HasControl(text) && (isQuery || !Percent.IsStillEncoded(text));
    }

    // Control, format (zero width, direction) and unassigned characters: what is shown is not what is matched. Joiners are letters' own where
    // they stand between such as they shape.
    private static bool HasControl(string text)
    {
        var before = default(Rune);
        var waits = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (waits && !IsShaped(rune))
            {
                return true;
            }

            waits = false;
            if (IsJoiner(rune) && IsShaped(before))
            {
                // What ends a syllable is shown by it alone (the old chillus of Malayalam).
                waits = !EndsSyllable(before);
            }
            else if (rune.Value < 0x20 || (rune.Value >= 0x7f && Rune.IsControl(rune)) || (!rune.IsAscii && IsInvisible(rune)))
            {
                return true;
            }

            before = rune;
        }

        return waits;
    }

    // ZERO WIDTH NON-JOINER and JOINER: orthography in Persian, Urdu and the scripts of India, and inside emoji (Unicode 23.2).
    private static bool IsJoiner(Rune rune) => rune.Value is 0x200c or 0x200d;

    private static bool IsShaped(Rune rune) =>
        !rune.IsAscii
        && Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.OtherLetter
                or UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.OtherSymbol
                or UnicodeCategory.ModifierSymbol;

    private static bool EndsSyllable(Rune rune) =>
        rune.Value is < 0xfe00 or > 0xfe0f
        && Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.OtherNotAssigned;

    private static Refusal Malformed(string detail) => new(DenyReason.MalformedQuery, detail);
}

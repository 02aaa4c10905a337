using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace PhiGateway.Fhir.Json;

/// <summary>Decodes the escapes inside JSON strings that <see cref="System.Text.Json.Utf8JsonReader"/> has accepted already.</summary>
internal static class JsonText
{
    /// <summary>Whether every <c>\u</c> surrogate has its partner: a lone one has no UTF-8 form, so two readers would differ.</summary>
    public static bool HasWholeSurrogates(ReadOnlySpan<byte> raw)
    {
        while (raw.IndexOf((byte)'\\') is var place and >= 0)
        {
            if (raw[place + 1] != 'u')
            {
                raw = raw[(place + 2)..];
                continue;
            }

            var unit = Unit(raw[(place + 2)..]);
            raw = raw[(place + 6)..];
            if (char.IsLowSurrogate(unit))
            {
                return false;
            }

            if (char.IsHighSurrogate(unit))
            {
                if (raw.Length < 6 || raw[0] != '\\' || raw[1] != 'u' || !char.IsLowSurrogate(Unit(raw[2..])))
                {
                    return false;
                }

                raw = raw[6..];
            }
        }

        return true;
    }

    /// <summary>
    /// The text of a string as UTF-8; the scratch space is used only when there are escapes and must be as long as the raw text.
    /// </summary>
    public static ReadOnlySpan<byte> Plain(ReadOnlySpan<byte> raw, bool escaped, Span<byte> scratch)
    {
        if (!escaped)
        {
            return raw;
        }

        var written = 0;
        while (raw.Length > 0)
        {
            if (raw[0] != '\\')
            {
                scratch[written++] = raw[0];
                raw = raw[1..];
            }
            else if (raw[1] != 'u')
            {
                scratch[written++] = Short(raw[1]);
                raw = raw[2..];
            }
            else
            {
                var unit = Unit(raw[2..]);
                raw = raw[6..];
                if (raw is [(byte)'\\', (byte)'u', _, _, _, _, ..] && Rune.TryCreate(unit, Unit(raw[2..]), out var pair))
                {
                    raw = raw[6..];
                    written += pair.EncodeToUtf8(scratch[written..]);
                    continue;
                }

                // Half of a pair is no text, and the same as nothing that is.
                written += (Rune.TryCreate(unit, out var rune) ? rune : Rune.ReplacementChar).EncodeToUtf8(scratch[written..]);
            }
        }

        return scratch[..written];
    }

    /// <summary>
    /// Whether the name or the text that a reader stands on is this one. Asked in the place of the reader's own question, which throws where an
    /// escape is half of a surrogate pair (no text, and so not this one) and where a value of another kind stands.
    /// </summary>
    public static bool Is(ref readonly Utf8JsonReader reader, ReadOnlySpan<byte> text)
    {
        if (reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.String))
        {
            return false;
        }

        return reader.ValueIsEscaped
            ? HasWholeSurrogates(reader.ValueSpan) && reader.ValueTextEquals(text)
            : reader.ValueSpan.SequenceEqual(text);
    }

    /// <summary>The same of a text that is no constant.</summary>
    public static bool Is(ref readonly Utf8JsonReader reader, string text) =>
        reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String
        && (!reader.ValueIsEscaped || HasWholeSurrogates(reader.ValueSpan))
        && reader.ValueTextEquals(text);

    /// <summary>The text as a string.</summary>
    public static string ToString(ReadOnlySpan<byte> raw, bool escaped)
    {
        if (!escaped)
        {
            return Encoding.UTF8.GetString(raw);
        }

        var scratch = raw.Length <= 512 ? stackalloc byte[512] : new byte[raw.Length];
        return Encoding.UTF8.GetString(Plain(raw, true, scratch));
    }

    /// <summary>The text that a reader stands on, in UTF-8 and without escapes.</summary>
    public static ReadOnlySpan<byte> Utf8Of(ref readonly Utf8JsonReader reader) =>
        reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(ToString(reader.ValueSpan, escaped: true)) : reader.ValueSpan;

    private static char Unit(ReadOnlySpan<byte> hex) =>
        Utf8Parser.TryParse(hex[..4], out ushort unit, out var read, 'x') && read == 4 ? (char)unit : '\uDC00';

    private static byte Short(byte escape) =>
        escape switch
        {
            (byte)'b' => 8,
            (byte)'f' => 12,
            (byte)'n' => 10,
            (byte)'r' => 13,
            (byte)'t' => 9,
            _ => escape,
        };
}

namespace PhiGateway.Fhir.Canonical;

/// <summary>Reads and writes percent-encoding by RFC 3986 section 2.1.</summary>
internal static class Percent
{
    private const string Hex = "0123456789ABCDEF";

    /// <summary>Reads the two hex digits after the <c>%</c> at a place.</summary>
    internal static bool TryRead(ReadOnlySpan<char> text, int at, out byte value)
    {
        value = 0;
        if (at + 2 >= text.Length || !char.IsAsciiHexDigit(text[at + 1]) || !char.IsAsciiHexDigit(text[at + 2]))
        {
            return false;
        }

        value = (byte)(Digit(text[at + 1]) << 4 | Digit(text[at + 2]));
        return true;
    }

    /// <summary>Whether text that was decoded once still holds something that a second decoding would change.</summary>
    internal static bool IsStillEncoded(ReadOnlySpan<char> text)
    {
        for (var at = text.IndexOf('%'); at >= 0; at = Next(text, at))
        {
            if (TryRead(text, at, out _))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Appends a byte as <c>%XX</c>.</summary>
    internal static void Append(System.Text.StringBuilder output, byte value) =>
        output.Append('%').Append(Hex[value >> 4]).Append(Hex[value & 15]);

    private static int Next(ReadOnlySpan<char> text, int at)
    {
        var next = text[(at + 1)..].IndexOf('%');
        return next < 0 ? -1 : at + 1 + next;
    }

    private static int Digit(char c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

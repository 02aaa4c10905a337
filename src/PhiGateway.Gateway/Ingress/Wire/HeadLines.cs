using System.Buffers;
using System.Text.Unicode;

namespace PhiGateway.Gateway.Ingress.Wire;

/// <summary>
/// Reads single lines of an HTTP/1.1 head (RFC 9112, RFC 9110 section 5) by the strict grammar and names what is wrong with one; called by
/// <see cref="WireScanner"/>.
/// </summary>
internal static class HeadLines
{
    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8
    );

    private static readonly SearchValues<byte> HostBytes = SearchValues.Create(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._"u8
    );

    private static readonly SearchValues<byte> AddressBytes = SearchValues.Create("0123456789ABCDEFabcdef:."u8);

    /// <summary>Whether the bytes are a token (RFC 9110 section 5.6.2).</summary>
    public static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenBytes);

    /// <summary>Reads a request line without its end; null: good.</summary>
    /// <param name="line">The line.</param>
    /// <param name="isOld">Whether it says HTTP/1.0.</param>
    public static WireFlaw? ReadRequestLine(ReadOnlySpan<byte> line, out bool isOld)
    {
        isOld = false;
        var methodEnd = line.IndexOf((byte)' ');
        var targetEnd = line.LastIndexOf((byte)' ');
        if (methodEnd <= 0 || targetEnd <= methodEnd + 1 || !IsToken(line[..methodEnd]))
        {
            return WireFlaw.Line;
        }

        var target = line[(methodEnd + 1)..targetEnd];
        if (target.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E))
        {
            return WireFlaw.Line;
        }

        var version = line[(targetEnd + 1)..];
        isOld = version.SequenceEqual("HTTP/1.0"u8);
        if (!isOld && !version.SequenceEqual("HTTP/1.1"u8))
        {
            return WireFlaw.Version;
        }

        var method = line[..methodEnd];
        if (method.SequenceEqual("CONNECT"u8))
        {
            return WireFlaw.Connect;
        }

        // Origin form only (RFC 9112 section 3.2.1); the asterisk is refused later, as a method. An encoded NUL ends strings elsewhere.
        var isAsterisk = target is [(byte)'*'] && method.SequenceEqual("OPTIONS"u8);
        return (target[0] == '/' || isAsterisk) && target.IndexOf("%00"u8) < 0 ? null : WireFlaw.Target;
    }

    /// <summary>Splits a header line; null: good.</summary>
    /// <param name="line">The line without its end.</param>
    /// <param name="name">The name.</param>
    /// <param name="value">The value without blanks around it.</param>
    public static WireFlaw? ReadHeader(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = default;
        value = default;
        if (line[0] is (byte)' ' or (byte)'\t')
        {
            return WireFlaw.Folded;
        }

        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || !IsToken(line[..colon]))
        {
            return WireFlaw.Name;
        }

        name = line[..colon];
        value = line[(colon + 1)..].Trim(" \t"u8);
        return IsFieldValue(value) ? null : WireFlaw.Value;
    }

    /// <summary>Reads <c>Content-Length</c>: digits and nothing else (RFC 9110 section 8.6).</summary>
    public static bool TryReadLength(ReadOnlySpan<byte> value, out long length)
    {
        length = 0;
        // Eighteen digits fit into a long.
        if (value.IsEmpty || value.Length > 18 || value.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        foreach (var digit in value)
        {
            length = (length * 10) + (digit - '0');
        }

        return true;
    }

    /// <summary>Reads the line before a chunk: hexadecimal digits, perhaps extensions (RFC 9112 section 7.1).</summary>
    public static bool TryReadChunkSize(ReadOnlySpan<byte> line, out long size)
    {
        size = 0;
        var digits = 0;
        while (digits < line.Length && char.IsAsciiHexDigit((char)line[digits]))
        {
            if (digits == 15)
            {
                return false;
            }

            // Of a letter the low bits count from one, and the bit that makes it a letter stands for nine.
            size = (size << 4) + (line[digits] & 0xF) + ((line[digits] >> 6) * 9);
            digits++;
        }

        var rest = line[digits..];
        return digits > 0 && (rest.IsEmpty || (rest.TrimStart(" \t"u8) is [(byte)';', ..] && IsFieldValue(rest)));
    }

    /// <summary>Whether a <c>Host</c> is a name or an address, perhaps with a port (RFC 9110 section 7.2).</summary>
    public static bool IsHost(ReadOnlySpan<byte> value)
    {
        if (value is [(byte)'[', ..])
        {
            var close = value.IndexOf((byte)']');
            return close > 1 && !value[1..close].ContainsAnyExcept(AddressBytes) && IsPort(value[(close + 1)..]);
        }

        var colon = value.IndexOf((byte)':');
        var name = colon < 0 ? value : value[..colon];
        return !name.IsEmpty && !name.ContainsAnyExcept(HostBytes) && (colon < 0 || IsPort(value[colon..]));
    }

    /// <summary>Whether a name is another one, by ASCII letters of either case.</summary>
    public static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> lowerCase) =>
        name.Length == lowerCase.Length && System.Text.Ascii.EqualsIgnoreCase(name, lowerCase);

    // Nothing, or a colon and digits.
    private static bool IsPort(ReadOnlySpan<byte> text) =>
        text.IsEmpty || (text.Length is > 1 and <= 6 && text[0] == ':' && !text[1..].ContainsAnyExceptInRange((byte)'0', (byte)'9'));

    // Visible characters, blank and tab; of others only well-formed UTF-8, which the server reads them as.
    private static bool IsFieldValue(ReadOnlySpan<byte> value)
    {
        if (!value.ContainsAnyExceptInRange((byte)0x20, (byte)0x7E))
        {
            return true;
        }

        foreach (var one in value)
        {
            if (one is < 0x20 and not (byte)'\t' or 0x7F)
            {
                return false;
            }
        }

        return Utf8.IsValid(value);
    }
}

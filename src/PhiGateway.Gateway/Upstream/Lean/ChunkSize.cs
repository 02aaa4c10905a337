namespace PhiGateway.Gateway.Upstream.Lean;

/// <summary>
/// Reads the size of a chunk from the line before it (RFC 9112, section 7.1): hexadecimal digits, and perhaps an extension, which means
/// nothing here. Called by <see cref="LeanBody"/>.
/// </summary>
internal static class ChunkSize
{
    // 2^60 bytes and more are no body.
    private const int MaxDigits = 15;

    /// <summary>The size that a line states; throws for a line that states none in the one way.</summary>
    internal static long Read(ReadOnlySpan<byte> line) =>
        TryRead(line, out var size) ? size : throw new BrokenAnswerException("The size of a chunk cannot be read.");

    /// <summary>The same; false for a line that states none in the one way.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> line, out long size)
    {
        size = 0;
        var digits = 0;
        while (digits < line.Length && digits <= MaxDigits && ValueOf(line[digits]) is >= 0 and var value)
        {
            size = (size << 4) | (long)value;
            digits++;
        }

        return digits is > 0 and <= MaxDigits && IsExtension(line[digits..]);
    }

    private static int ValueOf(byte digit) =>
        digit switch
        {
            >= (byte)'0' and <= (byte)'9' => digit - '0',
            >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
            >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
            _ => -1,
        };

    // Blanks before the semicolon are "bad" white space that a reader must take (RFC 9112, section 7.1.1); controls are not taken.
    private static bool IsExtension(ReadOnlySpan<byte> rest)
    {
        var text = rest.TrimStart(" \t"u8);
        return (text.Length == 0 && rest.Length == 0)
            || (text.Length > 0 && text[0] == ';' && text.IndexOfAnyInRange((byte)0, (byte)8) < 0);
    }
}

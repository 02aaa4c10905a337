using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PhiGateway.Audit.Records;

/// <summary>Cuts what somebody unknown says to what a record has room for; used by every trail that such a one can make write.</summary>
public static class BoundedText
{
    private const int Most = 256;

    /// <summary>
    /// A text of a stranger's, cut to about 256 bytes; what was cut off stands for itself by its length and hash.
    /// </summary>
    public static string? Cut(string? text)
    {
        if (text is null || text.Length <= Most / 3 || Encoding.UTF8.GetByteCount(text) <= Most)
        {
            return text;
        }

        var kept = 0;
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (kept + rune.Utf8SequenceLength > Most)
            {
                break;
            }

            kept += rune.Utf8SequenceLength;
            length += rune.Utf16SequenceLength;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{text.AsSpan(0, length)}… ({bytes.Length} bytes, sha256 {Convert.ToHexStringLower(SHA256.HashData(bytes))})"
        );
    }
}

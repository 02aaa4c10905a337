using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace PhiGateway.Policy.Vocabulary;

/// <summary>
/// The subject of a certificate as the registry writes it (RFC 4514, most specific part first), and the one form in which two are compared:
/// the registry's, and that of a certificate.
/// </summary>
/// <remarks>
/// Security: letter by letter. Parts of several attributes (<c>+</c>), values in hex (<c>#</c>) and attributes without a name here are refused
/// rather than guessed; any attribute may be given by its number.
/// </remarks>
public static class DistinguishedName
{
    private const int LongestName = 1024;
    private const string Special = " \"#+,;<=>\\";

    // RFC 4514 section 3, and the two that certificates of machines carry besides.
    private static readonly Dictionary<string, string> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["CN"] = "2.5.4.3",
        ["L"] = "2.5.4.7",
        ["ST"] = "2.5.4.8",
        ["O"] = "2.5.4.10",
        ["OU"] = "2.5.4.11",
        ["C"] = "2.5.4.6",
        ["STREET"] = "2.5.4.9",
        ["DC"] = "0.9.2342.19200300.100.1.25",
        ["UID"] = "0.9.2342.19200300.100.1.1",
        ["serialNumber"] = "2.5.4.5",
        ["emailAddress"] = "1.2.840.113549.1.9.1",
    };

    /// <summary>Reads one; false where it cannot be read in one way.</summary>
    /// <param name="text">As RFC 4514 writes it, such as <c>CN=feed,OU=Lab,O=Hospital,C=US</c>.</param>
    /// <param name="form">What is compared.</param>
    public static bool TryRead(string? text, out string form)
    {
        form = string.Empty;
        if (text is not { Length: > 0 and <= LongestName })
        {
            return false;
        }

        var parts = new List<(string Type, string Value)>();
        var at = 0;
        while (true)
        {
            var equals = text.IndexOf('=', at);
            if (equals < 0 || TypeOf(text[at..equals].Trim(' ')) is not { } type || ReadValue(text, equals + 1, out at) is not { } value)
            {
                return false;
            }

            parts.Add((type, value));
            if (at == text.Length)
            {
                form = FormOf(parts) ?? string.Empty;
                return form.Length > 0;
            }

            at++;
        }
    }

    /// <summary>The form of a name that was read elsewhere, most specific part first; null: it has none.</summary>
    /// <param name="parts">Number of the attribute, and its value.</param>
    public static string? FormOf(IReadOnlyList<(string Type, string Value)> parts)
    {
        if (parts.Count == 0 || parts.Any(static part => part.Value.Length == 0 || part.Value.Any(char.IsControl)))
        {
            return null;
        }

        // No value has a control character: what stands between them is never part of one.
        return string.Join('\n', parts.Select(static part => $"{part.Type}={part.Value}"));
    }

    private static string? TypeOf(string text)
    {
        if (Types.TryGetValue(text, out var known))
        {
            return known;
        }

        var arcs = text.Split('.');
        return arcs.Length > 1 && arcs.All(static arc => arc.Length > 0 && arc.All(char.IsAsciiDigit) && (arc.Length == 1 || arc[0] != '0'))
            ? text
            : null;
    }

    // Up to a comma that no backslash stands before. Blanks around it are no part of the value, unless they are escaped.
    private static string? ReadValue(string text, int start, out int end)
    {
        end = start;
        while (end < text.Length && text[end] == ' ')
        {
            end++;
        }

        var octets = new List<byte>();
        var kept = 0;
        for (; end < text.Length && text[end] != ','; end++)
        {
            if (text[end] == '\\')
            {
                if (!TryUnescape(text, ref end, octets))
                {
                    return null;
                }

                kept = octets.Count;
                continue;
            }

            if (text[end] is '+' or ';' or '"' or '<' or '>' or '\0' || (octets.Count == 0 && text[end] == '#'))
            {
                return null;
            }

            var length = char.IsHighSurrogate(text[end]) && end + 1 < text.Length ? 2 : 1;
            octets.AddRange(Encoding.UTF8.GetBytes(text.Substring(end, length)));
            kept = text[end] == ' ' ? kept : octets.Count;
            end += length - 1;
        }

        var value = octets.GetRange(0, kept).ToArray();
        return Utf8.IsValid(value) ? Encoding.UTF8.GetString(value) : null;
    }

    private static bool TryUnescape(string text, ref int at, List<byte> octets)
    {
        if (at + 1 < text.Length && Special.Contains(text[at + 1], StringComparison.Ordinal))
        {
            octets.Add((byte)text[++at]);
            return true;
        }

        if (
            at + 2 < text.Length
            && byte.TryParse(text.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet)
        )
        {
            octets.Add(octet);
            at += 2;
            return true;
        }

        return false;
    }
}

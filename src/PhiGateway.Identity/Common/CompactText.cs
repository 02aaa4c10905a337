using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;

namespace PhiGateway.Identity.Common;

/// <summary>Reads the segments of a compact JWS (RFC 7515 section 3.1), of tokens and of proofs, in the one way they can be read.</summary>
internal static class CompactText
{
    private static readonly SearchValues<char> Base64UrlCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    );

    // RFC 8725 section 2.4 and 3.10: duplicates are refused, not resolved.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>Reads a segment that holds a JSON object; false for everything else, duplicate members included.</summary>
    public static bool TryParse(ReadOnlySpan<char> segment, [NotNullWhen(true)] out JsonDocument? document)
    {
        document = null;
        if (!IsCanonical(segment))
        {
            return false;
        }

        var bytes = new byte[Base64Url.GetMaxDecodedLength(segment.Length)];
        if (!Base64Url.TryDecodeFromChars(segment, bytes, out var length) || !Utf8.IsValid(bytes.AsSpan(0, length)))
        {
            return false;
        }

        try
        {
            document = OneWayJson.Parse(bytes.AsMemory(0, length), Strict);
        }
        catch (JsonException)
        {
            return false;
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return true;
        }

        document.Dispose();
        document = null;
        return false;
    }

    /// <summary>
    /// Whether a text is a compact JWS to somebody who reads it less strictly: three segments, of which the first holds a JSON object.
    /// </summary>
    public static bool IsSigned(ReadOnlySpan<char> text)
    {
        Span<Range> parts = stackalloc Range[4];
        if (text.Split(parts, '.') != 3 || !Base64Url.IsValid(text[parts[0]]))
        {
            return false;
        }

        try
        {
            using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(text[parts[0]]));
            return header.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (Exception fault) when (fault is FormatException or JsonException)
        {
            return false;
        }
    }

    /// <summary>
    /// Whether a text is base64url as its bytes are written: unused bits of the last character must be zero, or a revoked token would come
    /// back under another hash.
    /// </summary>
    public static bool IsCanonical(ReadOnlySpan<char> segment)
    {
        if (segment.IsEmpty || segment.ContainsAnyExcept(Base64UrlCharacters))
        {
            return false;
        }

        var last = Value(segment[^1]);
        return (segment.Length % 4) switch
        {
            0 => true,
            2 => (last & 0b1111) == 0,
            3 => (last & 0b11) == 0,
            _ => false,
        };
    }

    /// <summary>Reads a member that is text; true with null: it is not there.</summary>
    public static bool TryMember(JsonElement element, string name, out string? text)
    {
        text = null;
        return !element.TryGetProperty(name, out var value) || ClaimText.TryRead(value, out text);
    }

    /// <summary>
    /// Whether a header names an extension: none is understood, so none may be critical (RFC 7515 section 4.1.11).
    /// </summary>
    public static bool HasExtension(JsonElement header) =>
        header.TryGetProperty("crit", out _) || header.TryGetProperty("b64", out _) || header.TryGetProperty("zip", out _);

    private static int Value(char character) =>
        character switch
        {
            >= 'A' and <= 'Z' => character - 'A',
            >= 'a' and <= 'z' => character - 'a' + 26,
            >= '0' and <= '9' => character - '0' + 52,
            '-' => 62,
            _ => 63,
        };
}

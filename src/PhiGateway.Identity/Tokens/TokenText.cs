using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;
using PhiGateway.Identity.Common;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// A token taken apart, unverified: a compact JWS (RFC 7515 section 3.1) whose header and payload can be read in one way only.
/// </summary>
/// <remarks>
/// The very payload that is read here is what the signature covers, so after the signature holds the claims are taken from here:
/// no second parser has a say in what they are.
/// </remarks>
internal sealed class TokenText : IDisposable
{
    private static readonly SearchValues<char> Base64UrlCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    );

    // RFC 8725 section 2.4 and 3.10: duplicates are refused, not resolved.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private readonly JsonDocument _header;
    private readonly JsonDocument _payload;

    private TokenText(JsonDocument header, JsonDocument payload)
    {
        _header = header;
        _payload = payload;
    }

    public string? Algorithm { get; private set; }

    public string? KeyId { get; private set; }

    public string? Type { get; private set; }

    public string? Issuer { get; private set; }

    public JsonElement Claims => _payload.RootElement;

    /// <summary>
    /// Takes a token apart; false for opaque and encrypted tokens, duplicate members, critical extensions and everything else that is not
    /// plainly a JWS.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<char> token, [NotNullWhen(true)] out TokenText? text)
    {
        text = null;
        Span<Range> parts = stackalloc Range[4];
        if (token.Split(parts, '.') != 3 || !IsCanonical(token[parts[2]]) || !TryParse(token[parts[0]], out var header))
        {
            return false;
        }

        if (!TryParse(token[parts[1]], out var payload))
        {
            header.Dispose();
            return false;
        }

        var read = new TokenText(header, payload);
        if (!read.ReadMembers())
        {
            read.Dispose();
            return false;
        }

        text = read;
        return true;
    }

    public void Dispose()
    {
        _header.Dispose();
        _payload.Dispose();
    }

    private bool ReadMembers()
    {
        var header = _header.RootElement;

        // No extension is understood, so none may be critical (RFC 7515 section 4.1.11). Keys in the header (jku, x5u, jwk, x5c) are never
        // looked at.
        if (header.TryGetProperty("crit", out _) || header.TryGetProperty("b64", out _) || header.TryGetProperty("zip", out _))
        {
            return false;
        }

        var good =
            TryMember(header, "alg", out var algorithm)
            & TryMember(header, "kid", out var keyId)
            & TryMember(header, "typ", out var type)
            & TryMember(Claims, "iss", out var issuer);
        Algorithm = algorithm;
        KeyId = keyId;
        Type = type;
        Issuer = issuer;
        return good;
    }

    private static bool TryMember(JsonElement element, string name, out string? text)
    {
        text = null;
        return !element.TryGetProperty(name, out var value) || ClaimText.TryRead(value, out text);
    }

    private static bool TryParse(ReadOnlySpan<char> segment, [NotNullWhen(true)] out JsonDocument? document)
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
            document = JsonDocument.Parse(bytes.AsMemory(0, length), Strict);
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

    // One token, one text: unused bits of the last character must be zero, or a revoked token would come back under another hash.
    private static bool IsCanonical(ReadOnlySpan<char> segment)
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

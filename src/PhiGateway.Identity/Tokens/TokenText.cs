using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
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

    /// <summary>The header; what it says about keys counts only where somebody compares it with what is registered.</summary>
    public JsonElement Header => _header.RootElement;

    public JsonElement Claims => _payload.RootElement;

    /// <summary>
    /// Takes a token apart; false for opaque and encrypted tokens, duplicate members, critical extensions and everything else that is not
    /// plainly a JWS.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<char> token, [NotNullWhen(true)] out TokenText? text)
    {
        text = null;
        Span<Range> parts = stackalloc Range[4];
        if (
            token.Split(parts, '.') != 3
            || !CompactText.IsCanonical(token[parts[2]])
            || !CompactText.TryParse(token[parts[0]], out var header)
        )
        {
            return false;
        }

        if (!CompactText.TryParse(token[parts[1]], out var payload))
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

        // Keys in the header (jku, x5u, jwk, x5c) are never looked at.
        if (CompactText.HasExtension(header))
        {
            return false;
        }

        var good =
            CompactText.TryMember(header, "alg", out var algorithm)
            & CompactText.TryMember(header, "kid", out var keyId)
            & CompactText.TryMember(header, "typ", out var type)
            & CompactText.TryMember(Claims, "iss", out var issuer);
        Algorithm = algorithm;
        KeyId = keyId;
        Type = type;
        Issuer = issuer;
        return good;
    }
}

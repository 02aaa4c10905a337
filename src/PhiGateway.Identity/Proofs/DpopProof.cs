using System.Text.Json;
using PhiGateway.Identity.Common;

namespace PhiGateway.Identity.Proofs;

/// <summary>The claims of a DPoP proof (RFC 9449 section 4.2), read strictly and not yet believed.</summary>
/// <param name="Id"><c>jti</c>.</param>
/// <param name="Method"><c>htm</c>.</param>
/// <param name="Uri"><c>htu</c>.</param>
/// <param name="IssuedAt"><c>iat</c>, seconds since 1970.</param>
/// <param name="TokenHash"><c>ath</c>; null: there is none.</param>
/// <param name="Nonce"><c>nonce</c>; null: there is none.</param>
internal readonly record struct DpopProof(string Id, string Method, string Uri, double IssuedAt, string? TokenHash, string? Nonce)
{
    private const int MaximumIdLength = 256;

    /// <summary>Reads them; the name of the first that is missing or of the wrong sort, else null.</summary>
    public static string? Read(JsonElement claims, out DpopProof proof)
    {
        proof = default;
        if (!CompactText.TryMember(claims, "jti", out var id) || id is not { Length: > 0 and <= MaximumIdLength })
        {
            return "jti";
        }

        if (!CompactText.TryMember(claims, "htm", out var method) || method is null)
        {
            return "htm";
        }

        if (!CompactText.TryMember(claims, "htu", out var uri) || uri is null)
        {
            return "htu";
        }

        if (!claims.TryGetProperty("iat", out var at) || at.ValueKind != JsonValueKind.Number || !at.TryGetDouble(out var issuedAt))
        {
            return "iat";
        }

        if (!CompactText.TryMember(claims, "ath", out var tokenHash))
        {
            return "ath";
        }

        if (!CompactText.TryMember(claims, "nonce", out var nonce))
        {
            return "nonce";
        }

        proof = new DpopProof(id, method, uri, issuedAt, tokenHash, nonce);
        return null;
    }
}

using Microsoft.IdentityModel.Tokens;

namespace PhiGateway.Identity.Issuers;

/// <summary>One public key of an issuer, checked when it was read.</summary>
/// <param name="KeyId"><c>kid</c>; null: the issuer gave none.</param>
/// <param name="Algorithm">The only algorithm it may verify; null: any that fits the key (RFC 8725 section 3.1).</param>
/// <param name="KeyType"><c>kty</c>: RSA or EC.</param>
/// <param name="Curve"><c>crv</c> of an EC key.</param>
/// <param name="Thumbprint">RFC 7638 thumbprint: two keys are the same exactly when these are.</param>
/// <param name="SecurityKey">The key itself.</param>
internal sealed record IssuerKey(
    string? KeyId,
    string? Algorithm,
    string KeyType,
    string? Curve,
    string Thumbprint,
    SecurityKey SecurityKey
)
{
    /// <summary>The key as administrators see it.</summary>
    public HeldKey Shown => new(KeyId, Curve is null ? KeyType : $"{KeyType} {Curve}", Algorithm, Thumbprint);

    /// <summary>Whether this key may verify a signature made with the algorithm.</summary>
    public bool Fits(SignatureAlgorithm algorithm) =>
        KeyType == algorithm.KeyType
        && (algorithm.Curve is null || Curve == algorithm.Curve)
        && (Algorithm is null || Algorithm == algorithm.Name);
}

using System.Security.Cryptography;
using System.Text;

namespace PhiGateway.Policy.Registry;

/// <summary>
/// One public key as a client publishes it (RFC 7517, RFC 7518 section 6): the value of a <see cref="CredentialKind.ClientKey"/>. A private
/// part has no member here, so a document that holds one is refused.
/// </summary>
public sealed record PublicJwk
{
    /// <summary>EC or RSA.</summary>
    public required string Kty { get; init; }

    /// <summary>Curve of an EC key: P-256, P-384 or P-521.</summary>
    public string? Crv { get; init; }

    /// <summary>Of an EC key, base64url.</summary>
    public string? X { get; init; }

    /// <summary>Of an EC key, base64url.</summary>
    public string? Y { get; init; }

    /// <summary>Modulus of an RSA key, base64url.</summary>
    public string? N { get; init; }

    /// <summary>Exponent of an RSA key, base64url.</summary>
    public string? E { get; init; }

    /// <summary>The name by which the client's assertions refer to it; null: any.</summary>
    public string? Kid { get; init; }

    /// <summary>RFC 7638 thumbprint, SHA-256, base64url: two keys are the same exactly when these are.</summary>
    public string Thumbprint() =>
        System.Buffers.Text.Base64Url.EncodeToString(
            SHA256.HashData(
                Encoding.UTF8.GetBytes(
                    Kty == "RSA"
                        ? $$"""{"e":"{{E}}","kty":"RSA","n":"{{N}}"}"""
                        : $$"""{"crv":"{{Crv}}","kty":"{{Kty}}","x":"{{X}}","y":"{{Y}}"}"""
                )
            )
        );
}

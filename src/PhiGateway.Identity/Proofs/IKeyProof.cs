using Microsoft.AspNetCore.Http;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Identity.Proofs;

/// <summary>
/// Reads which key a client proves by DPoP when it asks for a token (RFC 9449 section 5), so that the token can be bound to it; called by
/// the token service.
/// </summary>
public interface IKeyProof
{
    /// <summary>Checks the request's one proof by everything but a token.</summary>
    /// <param name="context">The request.</param>
    /// <param name="publicOrigin">Scheme and authority that clients use, without a slash at its end.</param>
    ValueTask<KeyProof> ReadAsync(HttpContext context, string publicOrigin);
}

/// <summary>A key that was proven, or why none was, and beside it what the client's next proof needs. The default value is a refusal.</summary>
/// <param name="Thumbprint">RFC 7638 thumbprint, SHA-256, base64url, or the refusal; its detail says which check failed, for the record.</param>
/// <param name="Nonce">A nonce for the client's next proof; null: it needs none.</param>
public readonly record struct KeyProof(Reading<string> Thumbprint, string? Nonce);

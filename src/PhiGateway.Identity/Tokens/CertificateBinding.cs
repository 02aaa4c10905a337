using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// Holds tokens that are bound to a certificate (<c>cnf.x5t#S256</c>) to the one that the peer shows: RFC 8705 section 3, where equality is
/// the proof, on each call anew.
/// </summary>
internal sealed class CertificateBinding : ITokenBinding
{
    public bool IsOfSchemeDpop => false;

    public bool CountsOnce => false;

    public bool Binds(CachedToken token) => token.Certificate is not null;

    public ValueTask<CallerResult> CheckAsync(CachedToken token, HttpContext context, string? publicOrigin)
    {
        Span<byte> presented = stackalloc byte[32];
        var proven =
            context.Connection.ClientCertificate is { } certificate
            && certificate.TryGetCertHash(HashAlgorithmName.SHA256, presented, out _)
            && CryptographicOperations.FixedTimeEquals(presented, token.Certificate);
        return new(proven ? CallerResult.Of(token.Caller) : CallerResult.Refused(DenyReason.BindingFailed, token.Caller.ClientId));
    }
}

using PhiGateway.Identity.Issuers;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Identity.Workloads;

/// <summary>What an operator writes about one trust domain.</summary>
public sealed class TrustDomainOptions
{
    /// <summary>Its name, as in <c>spiffe://NAME/…</c>; required.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>
    /// File of its authorities: PEM (those that vouch for themselves are trusted, the others lead to them), or a SPIFFE bundle in JSON. Read
    /// anew when it changed. Required.
    /// </summary>
    public string Bundle { get; set; } = string.Empty;

    /// <summary>
    /// Longest life of a certificate that is taken, from its begin to its end; default 7 days, 1 minute to 366 days. Security: there are no
    /// lists of revoked ones, so for so long a stolen one is worth something where nobody revokes it here.
    /// </summary>
    public TimeSpan CertificateLifetime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// The one <c>aud</c> of its workloads' tokens (JWT-SVID), such as the FHIR base; null, the default: tokens are not taken, certificates
    /// alone. Security: such a token is a bearer token; a client that <c>requires</c> a binding comes with its certificate all the same.
    /// </summary>
    public string? JwtAudience { get; set; }

    /// <summary>Longest life of such a token; default 5 minutes, 30 seconds to 1 hour. Security: for so long a stolen one is worth something.</summary>
    public TimeSpan JwtLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Accepted signature algorithms of such tokens, asymmetric only; null: ES256, ES384, RS256 and PS256.</summary>
    public IReadOnlyList<string>? JwtAlgorithms { get; set; }

    internal void ValidateTokens(Action<string, string> add)
    {
        if (JwtAudience is { } audience && (audience.Length is 0 or > 2048 || audience.Any(char.IsControl)))
        {
            add("JwtAudience", "must be 1 to 2048 characters.");
        }

        if (JwtLifetime < TimeSpan.FromSeconds(30) || JwtLifetime > TimeSpan.FromHours(1))
        {
            add("JwtLifetime", "must be between 30 seconds and 1 hour.");
        }

        if (
            JwtAlgorithms is { } algorithms
            && (algorithms.Count == 0 || algorithms.Any(static one => SignatureAlgorithm.Find(one) is null))
        )
        {
            add("JwtAlgorithms", $"must hold some of {SignatureAlgorithm.Names}.");
        }
    }
}

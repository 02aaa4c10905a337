using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Identity.Workloads;

/// <summary>
/// Recognises a workload by the certificate of its connection (X.509-SVID), where no token came with the call; asked by the authenticator.
/// </summary>
/// <remarks>
/// Thread-safe. Security: a workload is who the authorities of its own trust domain say; what it may do is what the registry approved for
/// that one SPIFFE id. Valid certificates are remembered for minutes at most, and not beyond their end or a change of the authorities.
/// </remarks>
/// <param name="domains">Trust domains.</param>
/// <param name="environment">The gateway's own, which stands in the place of the issuer's.</param>
/// <param name="scopes">Everything: a certificate has no scopes.</param>
/// <param name="time">The clock.</param>
internal sealed class SvidReader(TrustDomains domains, string environment, ScopeSet scopes, TimeProvider time)
{
    private const int MostKept = 4096;

    private static readonly TimeSpan LongestKept = TimeSpan.FromMinutes(5);

    // How long it is remembered of a certificate that nobody vouches for it: anybody makes one, and a chain costs a millisecond each time.
    private static readonly TimeSpan UnvouchedKept = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Unvouched> _unvouched = new(StringComparer.Ordinal);

    /// <summary>The workload that a certificate proves; none where there is no certificate, or one of no workload.</summary>
    public Reading<Caller> Read(X509Certificate2? certificate)
    {
        if (domains.Count == 0 || certificate is null)
        {
            return Reading<Caller>.Refused(DenyReason.NoCredential);
        }

        var now = time.GetUtcNow();
        var hash = Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256));
        if (_known.TryGetValue(hash, out var known) && now < known.Until && ReferenceEquals(known.Domain.File.Current, known.Bundle))
        {
            return Reading<Caller>.Of(known.Caller);
        }

        var uris = CertificateNames.UrisOf(certificate);
        if (!uris.Exists(static uri => uri.StartsWith("spiffe:", StringComparison.OrdinalIgnoreCase)))
        {
            return Reading<Caller>.Refused(DenyReason.NoCredential);
        }

        return Judge(certificate, uris, hash, now);
    }

    private Reading<Caller> Judge(X509Certificate2 certificate, List<string> uris, string hash, DateTimeOffset now)
    {
        // X509-SVID section 2: exactly one, and it names a workload.
        if (uris.Count != 1 || !SpiffeId.TryRead(uris[0], out var name))
        {
            return Refused("svid:id");
        }

        if (!domains.TryFind(name, out var domain) || domain.File.Current is not { } bundle)
        {
            return Refused("svid:trust-domain");
        }

        // X509-SVID section 4: one that may sign others never authenticates.
        if (!CertificateNames.IsOfAnEnd(certificate, mustSay: true))
        {
            return Refused("svid:usage");
        }

        // There is nothing to revoke them by but the registry, so they live for days at most.
        if (certificate.NotAfter.ToUniversalTime() - certificate.NotBefore.ToUniversalTime() > domain.Options.CertificateLifetime)
        {
            return Reading<Caller>.Refused(DenyReason.TokenLifetimeTooLong, "svid:life");
        }

        if (!IsVouched(bundle, certificate, hash, now))
        {
            return Refused("svid:chain");
        }

        var expires = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
        var caller = new Caller
        {
            Issuer = CredentialIdentity.Spiffe,
            IssuerEnvironment = environment,
            ClientId = uris[0],
            Scopes = scopes,
            PurposeFromRegistry = true,
            IssuedAt = new DateTimeOffset(certificate.NotBefore.ToUniversalTime()),
            ExpiresAt = expires,
            TokenHash = hash,
            TokenTextHashes = [hash],
            Binding = ProofBinding.Mtls,
            CertificateHash = hash,
        };
        if (_known.Count >= MostKept)
        {
            _known.Clear();
        }

        _known[hash] = new Known(caller, domain, bundle, expires < now + LongestKept ? expires : now + LongestKept);
        return Reading<Caller>.Of(caller);
    }

    private bool IsVouched(TrustBundle bundle, X509Certificate2 certificate, string hash, DateTimeOffset now)
    {
        // Out of its time it needs no chain; and what is not good yet is good on the second.
        if (certificate.NotBefore.ToUniversalTime() > now.UtcDateTime || certificate.NotAfter.ToUniversalTime() < now.UtcDateTime)
        {
            return false;
        }

        if (_unvouched.TryGetValue(hash, out var before) && now < before.Until && ReferenceEquals(before.Bundle, bundle))
        {
            return false;
        }

        if (bundle.Authorities.Vouch(certificate, now))
        {
            return true;
        }

        if (_unvouched.Count >= MostKept)
        {
            _unvouched.Clear();
        }

        _unvouched[hash] = new Unvouched(bundle, now + UnvouchedKept);
        return false;
    }

    private static Reading<Caller> Refused(string detail) => Reading<Caller>.Refused(DenyReason.InvalidToken, detail);

    private sealed record Unvouched(TrustBundle Bundle, DateTimeOffset Until);

    private sealed record Known(Caller Caller, TrustDomain Domain, TrustBundle Bundle, DateTimeOffset Until);
}

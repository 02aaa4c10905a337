using System.Collections.Concurrent;
using System.Formats.Asn1;
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
/// <param name="options">Trust domains.</param>
/// <param name="environment">The gateway's own, which stands in the place of the issuer's.</param>
/// <param name="scopes">Everything: a certificate has no scopes.</param>
/// <param name="time">The clock.</param>
internal sealed class SvidReader(SpiffeOptions options, string environment, ScopeSet scopes, TimeProvider time)
{
    private const string AlternativeNames = "2.5.29.17";
    private const string ForClients = "1.3.6.1.5.5.7.3.2";
    private const int MostKept = 4096;

    private static readonly TimeSpan LongestKept = TimeSpan.FromMinutes(5);
    private static readonly Asn1Tag Uri = new(TagClass.ContextSpecific, 6);

    private readonly Dictionary<string, TrustBundle> _domains = options.TrustDomains.ToDictionary(
        static one => one.Name,
        one => new TrustBundle(one.Bundle, time),
        StringComparer.Ordinal
    );

    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <summary>The workload that a certificate proves; none where there is no certificate, or one of no workload.</summary>
    public Reading<Caller> Read(X509Certificate2? certificate)
    {
        if (_domains.Count == 0 || certificate is null)
        {
            return Reading<Caller>.Refused(DenyReason.NoCredential);
        }

        var now = time.GetUtcNow();
        var hash = Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256));
        if (_known.TryGetValue(hash, out var known) && now < known.Until && known.Bundle.Current == known.Authorities)
        {
            return Reading<Caller>.Of(known.Caller);
        }

        var uris = UrisOf(certificate);
        if (!uris.Exists(static uri => uri.StartsWith("spiffe:", StringComparison.OrdinalIgnoreCase)))
        {
            return Reading<Caller>.Refused(DenyReason.NoCredential);
        }

        return Judge(certificate, uris, hash, now);
    }

    private Reading<Caller> Judge(X509Certificate2 certificate, List<string> uris, string hash, DateTimeOffset now)
    {
        // X509-SVID section 2: exactly one, and it names a workload.
        if (uris.Count != 1 || !SpiffeId.TryRead(uris[0], out var domain))
        {
            return Refused("svid:id");
        }

        if (!_domains.TryGetValue(domain, out var bundle) || bundle.Current is not { } authorities)
        {
            return Refused("svid:trust-domain");
        }

        if (!IsLeaf(certificate))
        {
            return Refused("svid:usage");
        }

        if (!IsVouchedFor(certificate, authorities, now))
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

        _known[hash] = new Known(caller, bundle, authorities, expires < now + LongestKept ? expires : now + LongestKept);
        return Reading<Caller>.Of(caller);
    }

    // X509-SVID section 4: one that may sign others never authenticates.
    private static bool IsLeaf(X509Certificate2 certificate)
    {
        var mayBeUsed = false;
        foreach (var extension in certificate.Extensions)
        {
            switch (extension)
            {
                case X509BasicConstraintsExtension { CertificateAuthority: true }:
                    return false;
                case X509KeyUsageExtension usage:
                    const X509KeyUsageFlags Signing = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign;
                    if (!usage.Critical || (usage.KeyUsages & Signing) != 0)
                    {
                        return false;
                    }

                    mayBeUsed = (usage.KeyUsages & X509KeyUsageFlags.DigitalSignature) != 0;
                    break;
                default:
                    break;
            }
        }

        return mayBeUsed;
    }

    private static bool IsVouchedFor(X509Certificate2 certificate, Authorities authorities, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(authorities.Roots);
        policy.ExtraStore.AddRange(authorities.Others);
        // SVIDs live for hours: there is nothing to revoke them by but the registry. Nothing is fetched for a certificate of a stranger.
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.VerificationTime = now.UtcDateTime;
        policy.ApplicationPolicy.Add(new Oid(ForClients));
        var good = chain.Build(certificate);
        foreach (var element in chain.ChainElements)
        {
            element.Certificate.Dispose();
        }

        return good;
    }

    // All URIs of all extensions of this sort; one that cannot be read counts as one that is no id.
    private static List<string> UrisOf(X509Certificate2 certificate)
    {
        var uris = new List<string>();
        foreach (var extension in certificate.Extensions)
        {
            if (extension.Oid?.Value == AlternativeNames)
            {
                ReadUris(extension.RawData, uris);
            }
        }

        return uris;
    }

    private static void ReadUris(byte[] data, List<string> uris)
    {
        try
        {
            var names = new AsnReader(data, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                if (names.PeekTag().HasSameClassAndValue(Uri))
                {
                    uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, Uri));
                }
                else
                {
                    names.ReadEncodedValue();
                }
            }
        }
        catch (AsnContentException)
        {
            uris.Add(string.Empty);
        }
    }

    private static Reading<Caller> Refused(string detail) => Reading<Caller>.Refused(DenyReason.InvalidToken, detail);

    private sealed record Known(Caller Caller, TrustBundle Bundle, Authorities Authorities, DateTimeOffset Until);
}

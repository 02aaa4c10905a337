using PhiGateway.Identity.Issuers;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Identity.Workloads;

/// <summary>What an operator writes about workloads that come with a certificate of their own and no token (SPIFFE, X.509-SVID).</summary>
public sealed class SpiffeOptions
{
    /// <summary>Trust domains whose workloads are taken; none by default.</summary>
    public IReadOnlyList<TrustDomainOptions> TrustDomains { get; set; } = [];

    /// <summary>Every problem, as a key and words.</summary>
    public void Validate(Action<string, string> add)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < TrustDomains.Count; i++)
        {
            var one = TrustDomains[i];
            if (!SpiffeId.IsTrustDomain(one.Name))
            {
                add($"TrustDomains:{i}:Name", "is required: a trust domain in lower case, such as hospital.example.");
            }
            else if (!names.Add(one.Name))
            {
                add($"TrustDomains:{i}:Name", "stands twice.");
            }

            if (TrustBundle.FindFlaw(one.Bundle, one.JwtAudience is not null) is { } flaw)
            {
                add($"TrustDomains:{i}:Bundle", flaw);
            }

            if (one.CertificateLifetime < TimeSpan.FromMinutes(1) || one.CertificateLifetime > TimeSpan.FromDays(366))
            {
                add($"TrustDomains:{i}:CertificateLifetime", "must be between 1 minute and 366 days.");
            }

            one.ValidateTokens((key, words) => add($"TrustDomains:{i}:{key}", words));
        }
    }
}

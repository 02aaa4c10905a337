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

            if (TrustBundle.FindFlaw(one.Bundle) is { } flaw)
            {
                add($"TrustDomains:{i}:Bundle", flaw);
            }
        }
    }
}

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
}

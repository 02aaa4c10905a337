using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using PhiGateway.Identity.Common;

namespace PhiGateway.Identity.Workloads;

/// <summary>The trust domains whose workloads are taken, each with its bundle; shared by the readers of certificates and of tokens.</summary>
internal sealed class TrustDomains(SpiffeOptions options, TimeProvider time)
{
    private readonly FrozenDictionary<string, TrustDomain> _domains = options.TrustDomains.ToFrozenDictionary(
        static one => one.Name,
        one => new TrustDomain(one, new WatchedFile<TrustBundle>(one.Bundle, time, TrustBundle.Read)),
        StringComparer.Ordinal
    );

    public int Count => _domains.Count;

    /// <summary>Whether any of them takes tokens.</summary>
    public bool AnyTakesTokens { get; } = options.TrustDomains.Any(static one => one.JwtAudience is not null);

    public bool TryFind(string name, [NotNullWhen(true)] out TrustDomain? domain) => _domains.TryGetValue(name, out domain);
}

/// <summary>One of them.</summary>
/// <param name="Options">As an operator wrote it.</param>
/// <param name="File">Its bundle.</param>
internal sealed record TrustDomain(TrustDomainOptions Options, WatchedFile<TrustBundle> File);

using System.Collections.Frozen;
using Microsoft.Extensions.Logging;

namespace PhiGateway.Identity.Issuers;

/// <summary>All issuers the gateway trusts, found by exact <c>iss</c>; fixed for the life of the process.</summary>
internal sealed class IssuerDirectory : IIssuerPlaces, IDisposable
{
    private readonly FrozenDictionary<string, TrustedIssuer> _byIssuer;
    private readonly Dictionary<string, DiscoveryKeySetReader> _discovered = new(StringComparer.Ordinal);
    private readonly KeyMetrics _metrics;

    public IssuerDirectory(
        IReadOnlyList<IssuerOptions> options,
        TimeProvider time,
        ILogger<IssuerDirectory> logger,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect = null
    )
    {
        _metrics = new KeyMetrics(() => Issuers, this);
        var issuers = new List<TrustedIssuer>();
        foreach (var option in options)
        {
            IKeySetReader reader = option.Jwks is null
                ? new DiscoveryKeySetReader(option.Issuer, connect)
                : new StaticKeySetReader(option.Jwks);
            if (reader is DiscoveryKeySetReader discovery)
            {
                _discovered[option.Issuer] = discovery;
            }

            issuers.Add(new TrustedIssuer(option, new IssuerKeySource(option.Name, reader, time, logger, _metrics.Count)));
        }

        Issuers = issuers;
        _byIssuer = issuers.ToFrozenDictionary(issuer => issuer.Options.Issuer, StringComparer.Ordinal);
    }

    /// <summary>In the order of the configuration.</summary>
    public IReadOnlyList<TrustedIssuer> Issuers { get; } = [];

    /// <summary>The issuer with exactly this <c>iss</c>; null when it is not trusted.</summary>
    public TrustedIssuer? Find(string? issuer) => issuer is not null && _byIssuer.TryGetValue(issuer, out var found) ? found : null;

    /// <inheritdoc/>
    IssuerPlaces IIssuerPlaces.Find(string issuer) => _discovered.TryGetValue(issuer, out var reader) ? reader.Places : IssuerPlaces.None;

    public void Dispose()
    {
        _metrics.Dispose();
        foreach (var reader in _discovered.Values)
        {
            reader.Dispose();
        }
    }
}

using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using PhiGateway.Sinks.Configuration;

namespace PhiGateway.Sinks.Feeding;

/// <summary>Which authorities a receiver's certificate must lead to, and which certificate this node shows.</summary>
internal sealed class TlsTrust : IDisposable
{
    private readonly X509Certificate2Collection? _authorities;
    private readonly X509Certificate2? _own;

    /// <summary>Reads the files that the configuration names.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">One is no certificate or key.</exception>
    public TlsTrust(SinkOptions options)
    {
        if (options.CaFile is { } authorities)
        {
            _authorities = [];
            _authorities.ImportFromPemFile(authorities);
        }

        if (options.CertificateFile is { } certificate)
        {
            _own = X509Certificate2.CreateFromPemFile(certificate, options.CertificateKeyFile);
        }
    }

    /// <summary>How a connection to a host is secured.</summary>
    public SslClientAuthenticationOptions Client(string host) =>
        new()
        {
            TargetHost = host,
            ClientCertificates = _own is null ? null : [_own],
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = _authorities is null ? null : PolicyOf(_authorities),
        };

    /// <inheritdoc />
    public void Dispose() => _own?.Dispose();

    private static X509ChainPolicy PolicyOf(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}

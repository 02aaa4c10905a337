using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Telemetry;

namespace PhiGateway.Gateway.Upstream.Credentials;

/// <summary>
/// Reads a client certificate and its key from PEM files, and anew when one of them changed; what was read stays while the new files do not
/// fit each other. Made and looked after by <see cref="BackendCredentials"/>.
/// </summary>
internal sealed class ReloadedCertificate : UpstreamCertificate
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly string _certificate;
    private readonly string _key;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private volatile SslStreamCertificateContext? _current;
    private string _seen = string.Empty;
    private string? _problem;
    private DateTimeOffset _next;

    public ReloadedCertificate(string certificate, string key, TimeProvider clock, ILogger log)
    {
        (_certificate, _key, _clock, _log) = (certificate, key, clock, log);
        Look();
    }

    public override SslStreamCertificateContext? Current => _current;

    /// <summary>How it stands, for readiness.</summary>
    public CredentialStatus Status
    {
        get
        {
            lock (_gate)
            {
                var isOver = _current?.TargetCertificate is { } leaf && leaf.NotAfter.ToUniversalTime() <= _clock.GetUtcNow().UtcDateTime;
                return new CredentialStatus(_certificate, _current is not null, _problem ?? (isOver ? "it has expired" : null));
            }
        }
    }

    /// <summary>Reads the files when they changed; called once a second.</summary>
    internal void Look()
    {
        lock (_gate)
        {
            var now = _clock.GetUtcNow();
            if (now < _next)
            {
                return;
            }

            _next = now + Every;
            Read();
        }
    }

    private void Read()
    {
        try
        {
            var (certificate, key) = (File.ReadAllText(_certificate), File.ReadAllText(_key));
            var seen = Convert.ToHexString(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(certificate + "\n" + key)));
            if (seen == _seen)
            {
                _problem = null;
                return;
            }

            _current = Load(certificate, key);
            (_seen, _problem) = (seen, null);
            GatewayLog.CredentialMade(_log, _certificate);
        }
        catch (Exception fault) when (IsOfFiles(fault))
        {
            if (_problem is null)
            {
                GatewayLog.CredentialNotMade(_log, _certificate, "the certificate and its key cannot be read, or do not fit each other");
            }

            _problem = "the certificate and its key cannot be read, or do not fit each other";
        }
    }

    // The chain goes along: an upstream may know the root alone. Nothing is fetched for it.
    private static SslStreamCertificateContext Load(string certificate, string key)
    {
        using var read = X509Certificate2.CreateFromPem(certificate, key);
        // Some platforms take a key for a handshake only from a whole file of its own form.
        var leaf = X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null);
        var others = new X509Certificate2Collection();
        others.ImportFromPem(certificate);
        return SslStreamCertificateContext.Create(leaf, others, offline: true);
    }

    private static bool IsOfFiles(Exception fault) =>
        fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException or InvalidOperationException;
}

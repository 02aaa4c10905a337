using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PhiGateway.Gateway.Upstream.Credentials;

/// <summary>
/// A certificate with its chain and key from PEM files, read anew when one of them changed; what was read stays while the new files do not
/// fit each other, cannot be read or have ended already. Thread-safe; looked after by whoever shows the certificate.
/// </summary>
/// <param name="certificate">File of the chain, the certificate itself first.</param>
/// <param name="key">File of its key.</param>
/// <param name="clock">The clock.</param>
internal sealed class ReloadedPem(string certificate, string key, TimeProvider clock)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private volatile SslStreamCertificateContext? _current;
    private volatile string? _problem;
    private string _seen = string.Empty;
    private DateTimeOffset _next;

    /// <summary>The file of the chain.</summary>
    public string File => certificate;

    /// <summary>What is shown now; null: nothing could be read yet.</summary>
    public SslStreamCertificateContext? Current => _current;

    /// <summary>Why the files as they are cannot be used, in words; null: they are in use.</summary>
    public string? Problem => _problem;

    /// <summary>When what is shown ends, UTC; null: nothing is shown.</summary>
    public DateTimeOffset? Ends => _current?.TargetCertificate is { } leaf ? new DateTimeOffset(leaf.NotAfter.ToUniversalTime()) : null;

    /// <summary>Reads the files when they changed, every few seconds at most; says whether what it found is news.</summary>
    public PemNews Look()
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            if (now < _next)
            {
                return PemNews.None;
            }

            _next = now + Every;
            return Read(now);
        }
    }

    private PemNews Read(DateTimeOffset now)
    {
        try
        {
            var (chain, secret) = (System.IO.File.ReadAllText(certificate), System.IO.File.ReadAllText(key));
            var seen = Convert.ToHexString(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(chain + "\n" + secret)));
            if (seen == _seen)
            {
                _problem = null;
                return PemNews.None;
            }

            var read = Load(chain, secret);
            if (read.TargetCertificate.NotAfter.ToUniversalTime() <= now.UtcDateTime && Ends > now)
            {
                return Keep("the certificate in the file has expired");
            }

            (_current, _seen, _problem) = (read, seen, null);
            return PemNews.Read;
        }
        catch (Exception fault) when (IsOfFiles(fault))
        {
            return Keep("the certificate and its key cannot be read, or do not fit each other");
        }
    }

    private PemNews Keep(string problem)
    {
        var isNews = _problem is null;
        _problem = problem;
        return isNews ? PemNews.Broken : PemNews.None;
    }

    // The chain goes along: the other side may know the root alone. Nothing is fetched for it.
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

/// <summary>What a look at the files of a certificate found.</summary>
internal enum PemNews
{
    /// <summary>Nothing that was not known.</summary>
    None,

    /// <summary>A certificate, which is shown from now on.</summary>
    Read,

    /// <summary>Files that cannot be used; what was read before is shown on.</summary>
    Broken,
}

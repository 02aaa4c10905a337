using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PhiGateway.EndToEnd;

/// <summary>A certificate of 127.0.0.1 that vouches for itself, as files that a process can be given.</summary>
internal sealed class TlsFiles
{
    private TlsFiles(string certificate, string key) => (Certificate, Key) = (certificate, key);

    /// <summary>Path of the certificate, PEM.</summary>
    public string Certificate { get; }

    /// <summary>Path of its private key, PEM, for its owner only.</summary>
    public string Key { get; }

    /// <summary>Makes the files.</summary>
    public static TlsFiles Create(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(7));
        var files = new TlsFiles(Path.Combine(folder, "tls.pem"), Path.Combine(folder, "tls.key"));
        File.WriteAllText(files.Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(files.Key, key.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(files.Key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return files;
    }

    /// <summary>A handler for clients of the tests: they know whom they call.</summary>
    public static SocketsHttpHandler Trusting() =>
        new()
        {
            AllowAutoRedirect = false,
#pragma warning disable CA5359 // The certificate was made a moment ago, by the test itself.
            SslOptions = new() { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
#pragma warning restore CA5359
        };
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PhiGateway.Tests.Common.Identity;

/// <summary>The authority of a trust community and the certificate of a gateway in it, made for a test.</summary>
internal static class UdapCertificates
{
    private static readonly DateTimeOffset From = new(2026, 5, 1, 11, 30, 0, TimeSpan.Zero);

    public static X509Certificate2 Authority()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=community", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    /// <summary>Writes a certificate with its authority, and its key.</summary>
    /// <param name="authority">Who signs it.</param>
    /// <param name="certificate">Where it is written.</param>
    /// <param name="key">Where its key is written, for its owner alone.</param>
    /// <param name="uri">Its name; null: none.</param>
    /// <param name="bits">Of its key.</param>
    /// <param name="hours">How long it is good, from half an hour before the clock of the tests.</param>
    /// <param name="from">When it begins to be good; null: as above.</param>
    public static void Write(
        X509Certificate2 authority,
        string certificate,
        string key,
        string? uri,
        int bits = 2048,
        double hours = 2,
        DateTimeOffset? from = null
    )
    {
        using var pair = RSA.Create(bits);
        var request = new CertificateRequest("CN=gateway", pair, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        if (uri is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddUri(new Uri(uri));
            request.CertificateExtensions.Add(names.Build());
        }

        var begins = from ?? From;
        using var made = request.Create(authority, begins, begins.AddHours(hours), RandomNumberGenerator.GetBytes(12));
        File.WriteAllText(certificate, made.ExportCertificatePem() + "\n" + authority.ExportCertificatePem());
        File.Delete(key);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (File.Open(key, options))
        {
            // Its rights before its content.
        }

        File.WriteAllText(key, pair.ExportPkcs8PrivateKeyPem());
    }
}

using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PhiGateway.Tests.Identity;

/// <summary>Authorities of a trust domain and the certificates of its workloads, made for a test.</summary>
internal static class WorkloadCertificates
{
    private static readonly DateTimeOffset From = new(2026, 5, 1, 11, 0, 0, TimeSpan.Zero);

    /// <summary>One that vouches for itself and may sign others.</summary>
    public static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    /// <summary>One of a workload, for two hours around the clock of the tests.</summary>
    /// <param name="authority">Who signs it.</param>
    /// <param name="uris">Its names.</param>
    /// <param name="spoil">Changes the request; the usual usage is left out then.</param>
    /// <param name="hours">How long it is good.</param>
    /// <param name="subject">Its subject.</param>
    public static X509Certificate2 Workload(
        X509Certificate2 authority,
        string[] uris,
        Action<CertificateRequest>? spoil = null,
        double hours = 2,
        string subject = "CN=workload"
    )
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = Bare(authority, key, uris, spoil, hours, subject);
        using var whole = made.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null);
    }

    /// <summary>The same without its private key, as whoever is shown one has it.</summary>
    public static X509Certificate2 Bare(
        X509Certificate2 authority,
        ECDsa key,
        string[] uris,
        Action<CertificateRequest>? spoil = null,
        double hours = 2,
        string subject = "CN=workload"
    )
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(Names(uris));
        if (spoil is null)
        {
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        }

        spoil?.Invoke(request);
        return request.Create(authority, From, From.AddHours(hours), RandomNumberGenerator.GetBytes(12));
    }

    private static X509Extension Names(string[] uris)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var uri in uris)
            {
                writer.WriteCharacterString(UniversalTagNumber.IA5String, uri, new Asn1Tag(TagClass.ContextSpecific, 6));
            }
        }

        return new X509Extension("2.5.29.17", writer.Encode(), critical: false);
    }
}

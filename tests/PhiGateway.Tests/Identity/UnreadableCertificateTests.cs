using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PhiGateway.Identity.Workloads;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Identity;

/// <summary>A certificate with an extension that cannot be read, which anybody can make, is refused like any other that is not good.</summary>
public sealed class UnreadableCertificateTests : IDisposable
{
    private const string Feed = "spiffe://hospital.example/lab/feed";
    private const string KeyUsage = "2.5.29.15";
    private const string BasicConstraints = "2.5.29.19";
    private const string ExtendedUsage = "2.5.29.37";

    private readonly string _file = Path.GetTempFileName();
    private readonly AdjustableClock _clock = new();
    private readonly X509Certificate2 _authority = WorkloadCertificates.Authority("hospital");

    public UnreadableCertificateTests() => File.WriteAllText(_file, _authority.ExportCertificatePem());

    public static TheoryData<string, byte[]> Unreadable =>
        new()
        {
            { KeyUsage, [0x30] },
            { KeyUsage, [0x03, 0x05, 0x07, 0x80] },
            { KeyUsage, [] },
            { BasicConstraints, [0x04, 0x01, 0x00] },
            { BasicConstraints, [0x30, 0x7f] },
            { ExtendedUsage, [0x30, 0x03, 0x06] },
            { ExtendedUsage, [0x02, 0x01, 0x01] },
        };

    public void Dispose()
    {
        _authority.Dispose();
        File.Delete(_file);
    }

    [Theory]
    [MemberData(nameof(Unreadable), DisableDiscoveryEnumeration = true)]
    public void Read_OfAWorkload_IsRefused(string extension, byte[] value)
    {
        var options = new SpiffeOptions { TrustDomains = [new TrustDomainOptions { Name = "hospital.example", Bundle = _file }] };
        var reader = new SvidReader(new TrustDomains(options, _clock), "production", ScopeSet.Empty, _clock);
        using var odd = Made(extension, value);
        using var good = Made(null, []);

        Assert.False(reader.Read(odd).TryGet(out _, out var refusal));
        Assert.Equal(DenyReason.InvalidToken, refusal);
        Assert.True(reader.Read(good).TryGet(out _, out _));
    }

    [Theory]
    [MemberData(nameof(Unreadable), DisableDiscoveryEnumeration = true)]
    public void Vouch_ForAClient_IsNotDone(string extension, byte[] value)
    {
        var authorities = new ClientAuthorities(_file, _clock);
        var credential = new Credential
        {
            Id = "tls",
            Client = "connector",
            Kind = CredentialKind.TlsClientAuth,
            SanUri = Feed,
        };
        using var odd = Made(extension, value);
        using var good = Made(null, []);

        Assert.True(ClientAuthorities.Names(odd, credential));
        Assert.False(authorities.Vouch(odd));
        Assert.True(authorities.Vouch(good));
    }

    // With the usage of a workload, unless that is what cannot be read.
    private X509Certificate2 Made(string? extension, byte[] value)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return WorkloadCertificates.Bare(
            _authority,
            key,
            [Feed],
            request =>
            {
                if (extension != KeyUsage)
                {
                    request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
                }

                if (extension is not null)
                {
                    request.CertificateExtensions.Add(new X509Extension(new Oid(extension), value, critical: true));
                }
            }
        );
    }
}

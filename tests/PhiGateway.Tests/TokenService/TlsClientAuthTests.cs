using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Identity;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.TokenService;

/// <summary>
/// A client without a key authenticates by a name in its certificate where a configured authority signed that (RFC 8705 section 2.1); what it
/// is given is bound to the very certificate.
/// </summary>
public sealed class TlsClientAuthTests : IDisposable
{
    private const string Subject = "CN=connector,O=Acme,C=US";
    private const string Host = "connector.acme.example";
    private const string Uri = "urn:acme:connector";

    private static readonly Credential Registered = new()
    {
        Id = "connector-tls",
        Client = "connector",
        Kind = CredentialKind.TlsClientAuth,
        Issuer = "idp",
        ClientId = "connector",
    };

    private readonly X509Certificate2 _authority = WorkloadCertificates.Authority("clients");
    private readonly X509Certificate2 _stranger = WorkloadCertificates.Authority("clients");
    private readonly string _file = Path.GetTempFileName();

    public TlsClientAuthTests() => File.WriteAllText(_file, _authority.ExportCertificatePem());

    public static TheoryData<Credential> ByEachName =>
        [Registered with { SubjectDn = Subject }, Registered with { SanDns = Host }, Registered with { SanUri = Uri }];

    public static TheoryData<Credential> ByAnotherName =>
        [
            Registered with
            {
                SubjectDn = "CN=connector,O=Acme",
            },
            Registered with
            {
                SubjectDn = "CN=other,O=Acme,C=US",
            },
            Registered with
            {
                SanDns = "acme.example",
            },
            Registered with
            {
                SanDns = "other.acme.example",
            },
            Registered with
            {
                SanUri = Uri + ":x",
            },
        ];

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
        File.Delete(_file);
    }

    [Theory]
    [MemberData(nameof(ByEachName), DisableDiscoveryEnumeration = true)]
    public async Task Token_ByANameThatIsRegistered_IsIssuedAndBoundToTheCertificate(Credential credential)
    {
        using var world = new TokenWorld(instead: credential, authorities: _file);
        using var own = Made(_authority);

        var reply = await AskAsync(world, own);

        Assert.True(reply.Status == 200, reply.Error);
        var hash = own.GetCertHash(HashAlgorithmName.SHA256);
        Assert.Equal(Base64Url.EncodeToString(hash), (string)reply.Claims["cnf"]!["x5t#S256"]!);
        var record = Assert.Single(world.Journal.Records);
        Assert.Equal(("key/tls:connector-tls", Convert.ToHexStringLower(hash)), (record.Rule, record.Certificate));

        // Renewed by the same authority under the same name it is the same client, and nobody has to write anything.
        using var next = Made(_authority);
        Assert.Equal(200, (await AskAsync(world, next)).Status);
    }

    [Theory]
    [MemberData(nameof(ByAnotherName), DisableDiscoveryEnumeration = true)]
    public async Task Token_ByAnotherName_IsRefused(Credential credential)
    {
        using var world = new TokenWorld(instead: credential, authorities: _file);
        using var own = Made(_authority);

        Assert.Equal("certificate:name", await RefusalAsync(world, own));
    }

    [Fact]
    public async Task Token_WithoutACertificate_IsRefused()
    {
        using var world = new TokenWorld(instead: Registered with { SanDns = Host }, authorities: _file);

        Assert.Equal("assertion:absent", await RefusalAsync(world, null));
    }

    [Fact]
    public async Task Token_SignedByWhomNobodyTrusts_IsRefused()
    {
        using var world = new TokenWorld(instead: Registered with { SubjectDn = Subject }, authorities: _file);
        using var foreign = Made(_stranger);
        using var selfSigned = WorkloadCertificates.Authority("connector");
        using var own = Made(_authority);

        Assert.Equal("certificate:chain", await RefusalAsync(world, foreign));
        Assert.Equal("certificate:name", await RefusalAsync(world, selfSigned));
        Assert.Equal(200, (await AskAsync(world, own)).Status);
    }

    // Anybody makes a certificate that bears the name, and a chain costs as much as a signature.
    [Fact]
    public async Task Token_SignedByWhomNobodyTrustsAgainAndAgain_WaitsUnread()
    {
        using var world = new TokenWorld(instead: Registered with { SubjectDn = Subject }, authorities: _file);
        world.Options.FalseSignaturesPerSecondPerPeer = 1;
        using var foreign = Made(_stranger);
        using var own = Made(_authority);
        for (var shown = 0; shown < 11; shown++)
        {
            Assert.Equal("certificate:chain", await RefusalAsync(world, foreign));
        }

        Assert.Equal(429, (await AskAsync(world, foreign)).Status);
        Assert.Equal("assertion:false-signatures-of-peer", world.Journal.Records[^1].Rule);

        world.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await AskAsync(world, own)).Status);
    }

    [Theory]
    [InlineData("1.3.6.1.5.5.7.3.1", X509KeyUsageFlags.DigitalSignature, false, 2)]
    [InlineData("1.3.6.1.5.5.7.3.2", X509KeyUsageFlags.KeyEncipherment, false, 2)]
    [InlineData("1.3.6.1.5.5.7.3.2", X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign, false, 2)]
    [InlineData("1.3.6.1.5.5.7.3.2", X509KeyUsageFlags.DigitalSignature, true, 2)]
    [InlineData("1.3.6.1.5.5.7.3.2", X509KeyUsageFlags.DigitalSignature, false, 0.9)]
    public async Task Token_ByACertificateOfAnotherUseOrPastItsEnd_IsRefused(
        string usage,
        X509KeyUsageFlags keyUsage,
        bool isAuthority,
        double hours
    )
    {
        using var world = new TokenWorld(instead: Registered with { SanDns = Host }, authorities: _file);
        using var spoiled = Made(_authority, usage, keyUsage, isAuthority, hours);

        Assert.Equal("certificate:chain", await RefusalAsync(world, spoiled));
    }

    [Fact]
    public async Task Token_WhereNobodyIsTrusted_IsRefused()
    {
        using var world = new TokenWorld(instead: Registered with { SanDns = Host });
        using var own = Made(_authority);

        Assert.Equal("certificate:unknown", await RefusalAsync(world, own));
    }

    [Fact]
    public async Task Token_OfAClientWithAKey_IsNotGivenToItsNameAlone()
    {
        using var world = new TokenWorld(authorities: _file);
        var client = world.Current.FindClientById("connector")!;
        List<IRegistryEntity> entities =
        [
            TestRegistry.Organization(),
            TestRegistry.Agreement(),
            TestRegistry.UseCase(),
            TestRegistry.Client(),
            TestRegistry.Roster(),
            .. client.Credentials,
            Registered with
            {
                SanDns = Host,
            },
        ];
        var fingerprint = TestRegistry.Build(entities).FindClientById("connector")!.Fingerprint;
        world.Publish(TestRegistry.Build([.. entities, TestRegistry.Approval(fingerprint)]));
        using var own = Made(_authority);

        Assert.Equal("certificate:unknown", await RefusalAsync(world, own));
        Assert.Equal(200, (await world.AskAsync(TokenWorld.Form(world.Assertion()))).Status);
    }

    // Calls take the registry's certificates alone, where it has any: another one would be given tokens that nobody takes.
    [Fact]
    public async Task Token_OfAClientWithACertificateOfItsOwn_IsGivenToThatAlone()
    {
        using var own = Made(_authority);
        using var next = Made(_authority);
        var pinned = new Credential
        {
            Id = "connector-cert",
            Client = "connector",
            Kind = CredentialKind.Certificate,
            Thumbprint = Convert.ToHexStringLower(own.GetCertHash(HashAlgorithmName.SHA256)),
        };
        using var world = new TokenWorld(instead: Registered with { SanDns = Host }, also: pinned, authorities: _file);

        Assert.Equal("certificate:unknown", await RefusalAsync(world, next));
        Assert.Equal(200, (await AskAsync(world, own)).Status);

        // Revoked, it does not come in again by its name.
        world.Fill(TestRegistry.Client(), TestRegistry.UseCase(), TestRegistry.Revocation(RevocationTarget.Credential, pinned.Id));
        Assert.Equal("certificate:unknown", await RefusalAsync(world, own));
    }

    [Fact]
    public async Task Token_ByANameThatIsRevokedOrPastItsEnd_IsRefused()
    {
        using var own = Made(_authority);
        using var world = new TokenWorld(instead: Registered with { SanDns = Host }, authorities: _file);
        world.Fill(TestRegistry.Client(), TestRegistry.UseCase(), TestRegistry.Revocation(RevocationTarget.Credential, "connector-tls"));
        Assert.Equal("certificate:unknown", await RefusalAsync(world, own));

        var ended = Registered with { SanDns = Host, Expires = new DateOnly(2026, 5, 1) };
        using var later = new TokenWorld(instead: ended, authorities: _file);
        Assert.Equal("certificate:unknown", await RefusalAsync(later, own));
    }

    [Fact]
    public async Task Token_AuthoritiesExchanged_CountFromThenOn()
    {
        using var world = new TokenWorld(instead: Registered with { SanDns = Host }, authorities: _file);
        using var old = Made(_authority);
        using var fresh = Made(_stranger);
        Assert.Equal(200, (await AskAsync(world, old)).Status);

        await File.WriteAllTextAsync(_file, "no authorities", TestContext.Current.CancellationToken);
        world.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(200, (await AskAsync(world, old)).Status);
        await File.WriteAllTextAsync(_file, _stranger.ExportCertificatePem(), TestContext.Current.CancellationToken);
        world.Clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("invalid_client", (await AskAsync(world, old)).Error);
        Assert.Equal(200, (await AskAsync(world, fresh)).Status);
    }

    private static async Task<string?> RefusalAsync(TokenWorld world, X509Certificate2? certificate)
    {
        var reply = await AskAsync(world, certificate);
        Assert.Equal((400, "invalid_client"), (reply.Status, reply.Error));
        return world.Journal.Records[^1].Rule;
    }

    private static Task<TokenReply> AskAsync(TokenWorld world, X509Certificate2? certificate) =>
        world.AskAsync(
            new Dictionary<string, string>
            {
                ["grant_type"] = "client_credentials",
                ["scope"] = "system/Observation.rs",
                ["client_id"] = "connector",
            },
            http => http.Connection.ClientCertificate = certificate
        );

    private static X509Certificate2 Made(
        X509Certificate2 authority,
        string usage = "1.3.6.1.5.5.7.3.2",
        X509KeyUsageFlags keyUsage = X509KeyUsageFlags.DigitalSignature,
        bool isAuthority = false,
        double hours = 2
    ) =>
        WorkloadCertificates.Workload(
            authority,
            [],
            request =>
            {
                request.CertificateExtensions.Clear();
                var names = new SubjectAlternativeNameBuilder();
                names.AddDnsName("other-name.acme.test");
                names.AddDnsName(Host);
                names.AddUri(new Uri(Uri));
                request.CertificateExtensions.Add(names.Build());
                request.CertificateExtensions.Add(new X509KeyUsageExtension(keyUsage, false));
                request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
                if (isAuthority)
                {
                    request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
                }
            },
            hours,
            "CN=connector, O=Acme, C=US"
        );
}

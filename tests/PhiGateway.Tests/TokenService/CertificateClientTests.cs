using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.TokenService;

/// <summary>
/// A client without a key authenticates by its registered certificate, and what it is given is bound to that; a certificate beside a key
/// never takes the key's place.
/// </summary>
public sealed class CertificateClientTests : IDisposable
{
    private readonly X509Certificate2 _own = Make("own");
    private readonly X509Certificate2 _other = Make("own");

    public void Dispose()
    {
        _own.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Token_ByTheRegisteredCertificate_IsIssuedAndBoundToIt()
    {
        using var world = new TokenWorld(instead: Registered());

        var reply = await world.AskAsync(Form(), http => http.Connection.ClientCertificate = _own);

        Assert.Equal(200, reply.Status);
        var expected = Base64Url.EncodeToString(_own.GetCertHash(HashAlgorithmName.SHA256));
        Assert.Equal(expected, (string)reply.Claims["cnf"]!["x5t#S256"]!);
        var record = Assert.Single(world.Journal.Records);
        Assert.Equal("key/x5t:" + HashOf(_own), record.Rule);
    }

    [Fact]
    public async Task Token_ByAnotherCertificateOrNone_IsRefused()
    {
        using var world = new TokenWorld(instead: Registered());

        var another = await world.AskAsync(Form(), http => http.Connection.ClientCertificate = _other);
        var none = await world.AskAsync(Form());

        Assert.Equal(("invalid_client", "invalid_client"), (another.Error, none.Error));
        Assert.Equal(["certificate:unknown", "assertion:absent"], world.Journal.Records.Select(static record => record.Rule));
    }

    [Fact]
    public async Task Token_OfAClientWithAKey_IsNotGivenToItsCertificateAlone()
    {
        // The same certificate beside the key, whose own request goes on as before.
        using var world = new TokenWorld();
        var client = world.Current.FindClientById("connector")!;
        List<IRegistryEntity> entities =
        [
            TestRegistry.Organization(),
            TestRegistry.Agreement(),
            TestRegistry.UseCase(),
            TestRegistry.Client(),
            TestRegistry.Roster(),
            .. client.Credentials,
            Registered(),
        ];
        var fingerprint = TestRegistry.Build(entities).FindClientById("connector")!.Fingerprint;
        world.Publish(TestRegistry.Build([.. entities, TestRegistry.Approval(fingerprint)]));

        var alone = await world.AskAsync(Form(), http => http.Connection.ClientCertificate = _own);
        var signed = await world.AskAsync(TokenWorld.Form(world.Assertion()), http => http.Connection.ClientCertificate = _own);

        Assert.Equal("invalid_client", alone.Error);
        Assert.Equal(200, signed.Status);
    }

    [Fact]
    public async Task Token_ByACertificatePastItsEnd_IsRefused()
    {
        using var world = new TokenWorld(instead: Registered() with { Expires = new DateOnly(2026, 5, 1) });
        Assert.Equal("invalid_client", (await world.AskAsync(Form(), http => http.Connection.ClientCertificate = _own)).Error);

        using var later = new TokenWorld(instead: Registered() with { Expires = new DateOnly(2026, 5, 2) });
        Assert.Equal(200, (await later.AskAsync(Form(), http => http.Connection.ClientCertificate = _own)).Status);
    }

    [Fact]
    public async Task Token_ByARevokedCertificate_IsRefused()
    {
        using var world = new TokenWorld(instead: Registered());
        world.Fill(TestRegistry.Client(), TestRegistry.UseCase(), TestRegistry.Revocation(RevocationTarget.Credential, "connector-cert"));

        Assert.Equal("invalid_client", (await world.AskAsync(Form(), http => http.Connection.ClientCertificate = _own)).Error);
    }

    [Theory]
    [InlineData("connector-cert", 400)]
    [InlineData("connector-cert-2", 200)]
    public async Task Token_ByACertificateThatIsRevokedMeanwhile_IsNotGiven(string revoked, int status)
    {
        using var world = new TokenWorld(instead: Registered());
        world.WhenRead = () =>
        {
            world.WhenRead = null;
            world.Fill(TestRegistry.Client(), TestRegistry.UseCase(), TestRegistry.Revocation(RevocationTarget.Credential, revoked));
        };

        var reply = await world.AskAsync(Form(), http => http.Connection.ClientCertificate = _own);

        Assert.Equal(status, reply.Status);
        Assert.Equal(status == 200 ? null : "invalid_client", reply.Error);
        Assert.Equal(status == 200, world.Journal.Records[^1].Rule != "certificate:withdrawn");
    }

    [Theory]
    [InlineData("client_secret", "s")]
    [InlineData("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")]
    [InlineData("client_assertion", "a.b.c")]
    public async Task Token_ByTwoWaysAtOnce_IsRefused(string member, string value)
    {
        using var world = new TokenWorld(instead: Registered());
        var form = Form();
        form[member] = value;

        Assert.Equal("invalid_client", (await world.AskAsync(form, http => http.Connection.ClientCertificate = _own)).Error);
    }

    [Fact]
    public async Task Token_ByACertificateWithAProofOfAKey_IsRefused()
    {
        using var world = new TokenWorld(instead: Registered());

        var reply = await world.AskAsync(
            Form(),
            http =>
            {
                http.Connection.ClientCertificate = _own;
                http.Request.Headers["DPoP"] = "a.b.c";
            }
        );

        Assert.Equal((400, "invalid_request"), (reply.Status, reply.Error));
    }

    private static X509Certificate2 Make(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UnixEpoch,
            new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero)
        );
    }

    private static string HashOf(X509Certificate2 certificate) =>
        Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256));

    private static Dictionary<string, string> Form() =>
        new()
        {
            ["grant_type"] = "client_credentials",
            ["scope"] = "system/Observation.rs",
            ["client_id"] = "connector",
        };

    private Credential Registered() =>
        new()
        {
            Id = "connector-cert",
            Client = "connector",
            Kind = CredentialKind.Certificate,
            Thumbprint = HashOf(_own),
        };
}

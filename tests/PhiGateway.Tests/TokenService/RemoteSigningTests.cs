using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using PhiGateway.TokenService.Configuration;
using PhiGateway.TokenService.Signing;
using Xunit;

namespace PhiGateway.Tests.TokenService;

/// <summary>Keys may stay where nobody can take them, and what signs there is believed only after its signature was verified here.</summary>
public sealed class RemoteSigningTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("phigw-transit-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Issue_BySignerElsewhere_IsOfThePublishedKey()
    {
        await using var peer = await StartAsync();
        peer.Token = "hvs.sample";
        File.WriteAllText(Path.Combine(_folder, "token"), "hvs.sample\n");
        using var world = World(peer, options => options.Token = "file:" + Path.Combine(_folder, "token"));

        var reply = await world.AskAsync(TokenWorld.Form(world.Assertion()));

        Assert.True(reply.Status == 200, reply.Json?.ToJsonString());
        var parts = reply.Token.Split('.');
        var header = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(parts[0]))!;
        Assert.Contains((string)header["kid"]!, world.Ring.Jwks, StringComparison.Ordinal);
        Assert.True(
            peer.Versions[0]
                .Key.VerifyData(
                    Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
                    System.Buffers.Text.Base64Url.DecodeFromChars(parts[2]),
                    HashAlgorithmName.SHA256
                )
        );
        Assert.Equal(
            "active",
            (bool)(await world.IntrospectAsync(world.Assertion("two"), reply.Token)).Json!["active"]! ? "active" : "not"
        );
        Assert.Equal(world.Ring.Jwks, File.ReadAllText(world.Ring.PublicPath));
        Assert.Empty(Directory.GetFiles(world.Options.KeyDirectory, "*.pem"));
    }

    [Theory]
    [InlineData("hangs", "signing:late")]
    [InlineData("lies", "signing:mismatch")]
    [InlineData("other version", "signing:mismatch")]
    [InlineData("no signature", "signing:mismatch")]
    [InlineData("forbids", "signing:refused")]
    [InlineData("is gone", "signing:unreachable")]
    public async Task Issue_WhileTheSignerIsNotToBeHad_IsRefusedOnRecordAndPassesAfterwards(string state, string rule)
    {
        await using var peer = await StartAsync();
        using var world = World(peer);
        switch (state)
        {
            case "hangs":
                peer.Hangs = true;
                break;
            case "lies":
                peer.Lies = true;
                break;
            case "other version":
                peer.Says = "vault:v7:" + new string('A', 86);
                break;
            case "no signature":
                peer.Says = "vault:v1:AAAA";
                break;
            case "forbids":
                peer.Token = "another";
                break;
            default:
                await peer.DisposeAsync();
                break;
        }

        var reply = await world.AskAsync(TokenWorld.Form(world.Assertion()));

        Assert.Equal((503, "temporarily_unavailable"), (reply.Status, reply.Error));
        Assert.Equal((rule, "deny"), (world.Journal.Records[^1].Rule, world.Journal.Records[^1].Decision));
        Assert.DoesNotContain(world.Journal.Records, static record => record.Decision == "permit");
        (peer.Hangs, peer.Lies, peer.Says, peer.Token) = (false, false, null, null);
        if (state is not "is gone")
        {
            Assert.Equal(200, (await world.AskAsync(TokenWorld.Form(world.Assertion("again")))).Status);
        }
    }

    [Fact]
    public async Task Open_WhileTheSignerIsAway_IssuesNothingUntilItIsThere()
    {
        await using var peer = await StartAsync();
        peer.Token = "another";
        using var world = World(peer);

        Assert.Equal(503, (await world.AskAsync(TokenWorld.Form(world.Assertion()))).Status);
        Assert.Equal("signing:no-key", world.Journal.Records[^1].Rule);
        peer.Token = null;
        await world.Ring.RefreshAsync(default);
        Assert.Equal(200, (await world.AskAsync(TokenWorld.Form(world.Assertion("two")))).Status);
    }

    [Fact]
    public async Task Refresh_AfterTheKeyWasRotatedThere_PublishesBeforeItSigns()
    {
        await using var peer = await StartAsync();
        using var world = World(peer);
        var first = world.Ring.Current!.Id;
        peer.AddVersion(world.Clock.GetUtcNow());

        await world.Ring.RefreshAsync(default);
        Assert.Equal((2, first), (world.Ring.Keys.Count, world.Ring.Current!.Id));
        world.Clock.Advance(KeyRing.Notice);
        Assert.NotEqual(first, world.Ring.Current!.Id);
        Assert.Equal(200, (await world.AskAsync(TokenWorld.Form(world.Assertion()))).Status);
        world.Clock.Advance(TimeSpan.FromMinutes(16));
        await world.Ring.RefreshAsync(default);
        Assert.Null(world.Ring.Find(first));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(110)]
    [InlineData(300)]
    public async Task Refresh_OfAKeyThatWasRotatedOften_SignsByTheNewest(int versions)
    {
        await using var peer = await TransitPeer.StartAsync();
        for (var version = 0; version < versions; version++)
        {
            peer.AddVersion(DateTimeOffset.UnixEpoch.AddDays(version));
        }

        using var world = World(peer);

        var newest = System.Buffers.Text.Base64Url.EncodeToString(peer.Versions[^1].Key.ExportParameters(false).Q.X);
        Assert.Equal(newest, world.Ring.Current!.Public.X);
        Assert.Equal(200, (await world.AskAsync(TokenWorld.Form(world.Assertion()))).Status);
    }

    // A token that this node cannot read may be alive: nobody is told that it is not, or that it was given back.
    [Fact]
    public async Task Revoke_WhileTheNodeHasNoKey_IsRefusedAndPassesOnceItHas()
    {
        await using var peer = await StartAsync();
        peer.Token = "another";
        using var world = World(peer);

        Assert.Equal(503, (await world.RevokeAsync(world.Assertion(), "a.b.c")).Status);
        Assert.Equal("signing:no-key", world.Journal.Records[^1].Rule);
        Assert.Equal(503, (await world.IntrospectAsync(world.Assertion("two"), "a.b.c")).Status);

        peer.Token = null;
        await world.Ring.RefreshAsync(default);
        Assert.Equal(200, (await world.RevokeAsync(world.Assertion("three"), "a.b.c")).Status);
        Assert.False((bool)(await world.IntrospectAsync(world.Assertion("four"), "a.b.c")).Json!["active"]!);
    }

    [Fact]
    public async Task Open_WhileTheSignerIsAway_PublishesWhatWasPublishedLast()
    {
        await using var peer = await StartAsync();
        using var world = World(peer);
        peer.Token = "another";

        using var again = await KeyRing.OpenRemoteAsync(world.Options, world.Clock, null, default);

        Assert.Empty(again.Keys);
        Assert.Equal(world.Ring.Jwks, again.Jwks);
    }

    [Theory]
    [InlineData("rsa-2048", false)]
    [InlineData("ecdsa-p256", true)]
    public async Task Refresh_OfAKeyOfAnotherSort_TakesNone(string type, bool isWeak)
    {
        await using var peer = await TransitPeer.StartAsync();
        peer.Type = type;
        peer.Versions.Add(
            (ECDsa.Create(isWeak ? ECCurve.NamedCurves.brainpoolP256r1 : ECCurve.NamedCurves.nistP256), DateTimeOffset.UnixEpoch)
        );
        using var world = World(peer);

        Assert.Equal("refused", (await Assert.ThrowsAsync<SigningException>(() => world.Ring.RefreshAsync(default))).Flaw);
        Assert.Equal(503, (await world.AskAsync(TokenWorld.Form(world.Assertion()))).Status);
    }

    [Theory]
    [InlineData(true, 200)]
    [InlineData(false, 503)]
    public async Task Issue_OverTls_ShowsItsCertificateToWhomItsAuthorityVouchesFor(bool isVouched, int status)
    {
        using var authority = Authority("CN=ours");
        using var another = Authority("CN=another");
        using var server = Issue(authority, "CN=signer", forServer: true);
        using var client = Issue(authority, "CN=gateway", forServer: false);
        using var shown = X509CertificateLoader.LoadPkcs12(server.Export(X509ContentType.Pkcs12), null);
        await using var peer = await TransitPeer.StartAsync(listen =>
            listen.UseHttps(
                new HttpsConnectionAdapterOptions
                {
                    ServerCertificate = shown,
                    ClientCertificateMode = ClientCertificateMode.RequireCertificate,
                    ClientCertificateValidation = (given, _, _) => given.Thumbprint == client.Thumbprint,
                }
            )
        );
        peer.AddVersion(DateTimeOffset.UnixEpoch);
        var (authorities, certificate, key) = (At("authorities.pem"), At("client.pem"), At("client.key"));
        File.WriteAllText(authorities, (isVouched ? authority : another).ExportCertificatePem());
        File.WriteAllText(certificate, client.ExportCertificatePem());
        File.WriteAllText(key, client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        using var world = World(
            peer,
            options =>
            {
                options.Authorities = authorities;
                options.Certificate = certificate;
                options.CertificateKey = "file:" + key;
                options.Timeout = TimeSpan.FromSeconds(10);
            }
        );

        Assert.Equal(status, (await world.AskAsync(TokenWorld.Form(world.Assertion()))).Status);
    }

    [Theory]
    [InlineData("http://vault.hospital.example:8200", "tokens", 2, "Signer:Address")]
    [InlineData("https://vault.hospital.example/v1", "tokens", 2, "Signer:Address")]
    [InlineData("https://vault.hospital.example", "", 2, "Signer:Key")]
    [InlineData("https://vault.hospital.example", "../sys", 2, "Signer:Key")]
    [InlineData("https://vault.hospital.example", "tokens", 60, "Signer:Timeout")]
    [InlineData("https://vault.hospital.example", "tokens", 2, null)]
    [InlineData("http://127.0.0.1:8100", "tokens", 2, null)]
    public void Validate_WhatIsWrittenOfASigner_SaysWhatIsWrong(string address, string key, int seconds, string? member)
    {
        var found = new List<string>();
        new SignerOptions
        {
            Address = address,
            Key = key,
            Timeout = TimeSpan.FromSeconds(seconds),
        }.Validate((name, _) => found.Add(name));

        Assert.Equal(member is null ? [] : [member], found);
    }

    private static async Task<TransitPeer> StartAsync()
    {
        var peer = await TransitPeer.StartAsync();
        peer.AddVersion(DateTimeOffset.UnixEpoch);
        return peer;
    }

    private static TokenWorld World(TransitPeer peer, Action<SignerOptions>? configure = null) =>
        new(
            ring: (options, time) =>
            {
                options.Signer = new SignerOptions
                {
                    Address = peer.Address.ToString().TrimEnd('/'),
                    Key = "tokens",
                    Timeout = TimeSpan.FromSeconds(1),
                };
                configure?.Invoke(options.Signer);
                return KeyRing.OpenRemoteAsync(options, time, null, default).GetAwaiter().GetResult();
            }
        );

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name, bool forServer)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        if (forServer)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
        }

        var made = request.Create(
            authority,
            DateTimeOffset.UnixEpoch,
            new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero),
            RandomNumberGenerator.GetBytes(12)
        );
        return made.CopyWithPrivateKey(key);
    }

    private string At(string name) => Path.Combine(_folder, name);
}

using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Gateway.Composition;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Gateway.Composition;

/// <summary>https listeners show their whole chain, and a renewed certificate without a restart.</summary>
public sealed class ListenerCertificateTests : IDisposable
{
    private static readonly DateTimeOffset Begin = DateTimeOffset.UtcNow.AddDays(-1);

    private readonly string _folder = Directory.CreateTempSubdirectory("phigw-listener-").FullName;
    private readonly AdjustableClock _clock = new();

    private string Chain => Path.Combine(_folder, "chain.pem");

    private string Key => Path.Combine(_folder, "key.pem");

    // The clock is the test's; the runtime looks at the real one.
    public ListenerCertificateTests() => _clock.Advance(DateTimeOffset.UtcNow - _clock.GetUtcNow());

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Handshake_OfAnIntermediatesCertificate_SendsTheChain_AndARenewedOneWithoutARestart()
    {
        Write("CN=one", _clock.GetUtcNow().AddDays(60));
        var certificate = Open();
        await using var app = await StartAsync(certificate);
        Assert.Equal(("CN=one", "CN=intermediate"), await ShakeAsync(app));

        // Renewed.
        Write("CN=two", _clock.GetUtcNow().AddDays(90));
        Assert.Equal("CN=one", (await ShakeAsync(app)).Leaf);
        LookAnew(certificate);
        Assert.Equal(("CN=two", "CN=intermediate"), await ShakeAsync(app));
        Assert.Empty(certificate.Problems);
    }

    [Theory]
    [InlineData("chain.pem", "no certificate")]
    [InlineData("key.pem", "no key")]
    [InlineData("chain.pem", null)]
    public async Task Look_FilesThatCannotBeUsed_KeepsTheOneBefore_AndSaysSo(string file, string? text)
    {
        Write("CN=one", _clock.GetUtcNow().AddDays(60));
        var certificate = Open();
        await using var app = await StartAsync(certificate);
        var path = Path.Combine(_folder, file);
        var before = await File.ReadAllTextAsync(path);
        if (text is null)
        {
            File.Delete(path);
        }
        else
        {
            await File.WriteAllTextAsync(path, text);
        }

        LookAnew(certificate);
        Assert.Equal("CN=one", (await ShakeAsync(app)).Leaf);
        Assert.Contains("cannot be read", Assert.Single(certificate.Problems).Words, StringComparison.Ordinal);

        // As it was: there is nothing to tell any more.
        await File.WriteAllTextAsync(path, before);
        LookAnew(certificate);
        Assert.Empty(certificate.Problems);
    }

    [Fact]
    public void Problems_EndIsNear_IsTold_AndFarIsNot()
    {
        var end = _clock.GetUtcNow().AddDays(60);
        Write("CN=one", end);
        var certificate = Open();
        _clock.Advance(TimeSpan.FromDays(45));
        Assert.Empty(certificate.Problems);
        _clock.Advance(TimeSpan.FromDays(2));
        Assert.StartsWith("it ends at", Assert.Single(certificate.Problems).Words, StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromDays(14));
        Assert.StartsWith("it ended at", Assert.Single(certificate.Problems).Words, StringComparison.Ordinal);
    }

    [Fact]
    public void Look_FileWithACertificateThatHasEnded_KeepsTheOneBefore()
    {
        Write("CN=one", _clock.GetUtcNow().AddDays(60));
        var certificate = Open();
        Write("CN=old", _clock.GetUtcNow().AddMinutes(-1));
        LookAnew(certificate);
        Assert.Equal("CN=one", certificate.Current.TargetCertificate.Subject);
        Assert.Contains("expired", Assert.Single(certificate.Problems).Words, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FilesThatCannotBeUsed_IsRefusedInWords()
    {
        File.WriteAllText(Chain, "none");
        File.WriteAllText(Key, "none");
        Assert.Contains("CertificatePath", Assert.Throws<InvalidDataException>(() => Open()).Message, StringComparison.Ordinal);
        Assert.Null(ListenerCertificate.Open(new GatewayOptions(), _clock, NullLoggerFactory.Instance));
    }

    private ListenerCertificate Open() => new(Chain, Key, _clock, NullLogger.Instance);

    private void LookAnew(ListenerCertificate certificate)
    {
        _clock.Advance(TimeSpan.FromSeconds(6));
        certificate.Look();
    }

    private static async Task<WebApplication> StartAsync(ListenerCertificate certificate)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel => Listeners.Add(kestrel, "https://127.0.0.1:0", new ListenerOptions(), certificate));
        var app = builder.Build();
        await app.StartAsync();
        return app;
    }

    // The leaf, and what was sent beside it.
    private static async Task<(string Leaf, string? Beside)> ShakeAsync(WebApplication app)
    {
        var address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", address.Port);
        string? beside = null;
        await using var tls = new SslStream(
            socket.GetStream(),
            false,
            (_, _, chain, _) =>
            {
                beside = chain!
                    .ChainPolicy.ExtraStore.Select(static one => one.Subject)
                    .FirstOrDefault(static one => one == "CN=intermediate");
                return true;
            }
        );
        await tls.AuthenticateAsClientAsync("gw.hospital.example");
        return (tls.RemoteCertificate!.Subject, beside);
    }

    private void Write(string name, DateTimeOffset until)
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = Authority("CN=root", rootKey).CreateSelfSigned(Begin, Begin.AddYears(3));
        using var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = Authority("CN=intermediate", middleKey).Create(root, Begin, Begin.AddYears(2), [1, 2, 3]);
        using var middle = made.CopyWithPrivateKey(middleKey);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        var first = until < Begin ? until.AddDays(-1) : Begin;
        using var leaf = request.Create(middle, first, until, [4, 5, 6]);
        File.WriteAllText(Chain, leaf.ExportCertificatePem() + "\n" + middle.ExportCertificatePem() + "\n");
        File.WriteAllText(Key, key.ExportPkcs8PrivateKeyPem());
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request;
    }
}

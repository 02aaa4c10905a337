using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PhiGateway.Cli;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Cli;

/// <summary>
/// Whoever does not reach the control plane is told why, and what to do: the first call of many meets a certificate of another name.
/// </summary>
public sealed class ConnectionWordsTests
{
    [Fact]
    public async Task Status_WhereNobodyListens_SaysSo()
    {
        var said = await AskAsync($"https://127.0.0.1:{LoopbackPort.Free()}", "status");

        Assert.Contains("nothing listens there", said, StringComparison.Ordinal);
        Assert.Contains("--server", said, StringComparison.Ordinal);
    }

    // The one answer that is not read whole.
    [Fact]
    public async Task Export_WhereNobodyListens_SaysSo()
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

        var said = await AskAsync($"https://127.0.0.1:{LoopbackPort.Free()}", "audit", "export", "--out", file);

        Assert.Contains("nothing listens there", said, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task Status_CertificateThatIsNotTrustedHere_SaysHowItWouldBe()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=gw.hospital.example", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            now.AddDays(-1),
            now.AddDays(1)
        );
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var served = ServeOnceAsync(listener, certificate);

        var said = await AskAsync($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}", "status");
        await served;

        Assert.Contains("certificate", said, StringComparison.Ordinal);
        Assert.Contains("SSL_CERT_FILE", said, StringComparison.Ordinal);
        Assert.DoesNotContain("SecureConnectionError", said, StringComparison.Ordinal);
    }

    // The client lets go of the handshake as soon as it has seen the certificate.
    private static async Task ServeOnceAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using var accepted = await listener.AcceptTcpClientAsync();
        await using var secured = new SslStream(accepted.GetStream());
        try
        {
            await secured.AuthenticateAsServerAsync(certificate);
            await secured.ReadExactlyAsync(new byte[1]);
        }
        catch (Exception fault) when (fault is AuthenticationException or IOException)
        {
            // That is what this is about.
        }
    }

    private static async Task<string> AskAsync(string server, params string[] command)
    {
        var key = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(key, "a-key-of-nobody");
            using var output = new StringWriter();
            using var error = new StringWriter();
            var code = await PhigwCommand.RunAsync([.. command, "--server", server, "--key", key], output, error, TextReader.Null);

            Assert.Equal(4, code);
            return error.ToString();
        }
        finally
        {
            File.Delete(key);
        }
    }
}

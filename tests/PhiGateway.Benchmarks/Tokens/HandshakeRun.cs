using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Benchmarks.Peers;
using PhiGateway.Gateway.Composition;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.Benchmarks.Tokens;

/// <summary>
/// New TLS connections a second to the data plane, with a client's certificate and without, each with one answer over it and none resumed;
/// server and clients share the machine.
/// </summary>
internal static class HandshakeRun
{
    private const int Clients = 4;
    private const int Rounds = 3;

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(5);

    public static async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("phigw-tls-").FullName;
        try
        {
            var port = LoopbackPort.Free();
            await LoadFixture.PrepareAsync(folder, port, LoopbackPort.Free(), "http://127.0.0.1:9");
            await UseTlsAsync(folder, port);
            using var certificate = Certificate("CN=client");
            var configuration = GatewayConfiguration.Load(Path.Combine(folder, "etc", "gateway.json"));
            await using var gateway = await GatewayHost.StartAsync(
                GatewayConfiguration.Read(configuration).Options,
                configuration,
                quiet: true,
                CancellationToken.None
            );
            _ = await RateAsync(port, certificate);
            (string Name, X509Certificate2? Shown)[] kinds =
            [
                ("TLS 1.3, P-256", null),
                ("TLS 1.3, P-256, client certificate P-256", certificate),
            ];
            foreach (var (name, shown) in kinds)
            {
                var rates = new List<double>();
                for (var round = 0; round < Rounds; round++)
                {
                    rates.Add(await RateAsync(port, shown));
                }

                System.Console.WriteLine($"{name, -44} {string.Join(' ', rates.Select(static rate => $"{rate, 7:0}"))} handshakes/s");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> RateAsync(int port, X509Certificate2? certificate)
    {
        var whole = Stopwatch.StartNew();
        var done = await Task.WhenAll(
            Enumerable
                .Range(0, Clients)
                .Select(async _ =>
                {
                    var count = 0;
                    for (; whole.Elapsed < Round; count++)
                    {
                        await AskAsync(port, certificate);
                    }

                    return count;
                })
        );
        return done.Sum() / whole.Elapsed.TotalSeconds;
    }

    private static async Task AskAsync(int port, X509Certificate2? certificate)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, port);
#pragma warning disable CA5359 // The server is this process.
        await using var tls = new SslStream(socket.GetStream(), false, static (_, _, _, _) => true);
#pragma warning restore CA5359
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "127.0.0.1",
                AllowTlsResume = false,
                ClientCertificates = certificate is null ? null : [certificate],
            }
        );
        await tls.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"GET /fhir/.well-known/smart-configuration HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
            )
        );
        var head = new byte[12];
        await tls.ReadExactlyAsync(head);
        if (!Encoding.ASCII.GetString(head).EndsWith(" 200", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"The question was answered {Encoding.ASCII.GetString(head)}.");
        }
    }

    private static async Task UseTlsAsync(string folder, int port)
    {
        using var own = Certificate("CN=127.0.0.1");
        var (path, key) = (Path.Combine(folder, "tls.pem"), Path.Combine(folder, "tls.key"));
        await File.WriteAllTextAsync(path, own.ExportCertificatePem());
        await File.WriteAllTextAsync(key, own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        var file = Path.Combine(folder, "etc", "gateway.json");
        var configuration = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        var gateway = configuration["PhiGateway"]!;
        gateway["PublicBase"] = $"https://127.0.0.1:{port}";
        gateway["Listeners"]!["Data"] = $"https://127.0.0.1:{port}";
        gateway["Listeners"]!["CertificatePath"] = path;
        gateway["Listeners"]!["CertificateKeyPath"] = key;
        await File.WriteAllTextAsync(file, configuration.ToJsonString());
    }

    private static X509Certificate2 Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(7));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.EndToEnd;

/// <summary>
/// A node between a load balancer that terminates TLS, and a clinical system that names itself otherwise than it is called: the addresses
/// of the world as it is.
/// </summary>
public sealed class BalancedWorld : GatewayWorld
{
    internal const string Self = "https://fhir.hospital.example/r4";

    /// <summary>Where the balancer's calls come from; everybody else calls from another address of this machine.</summary>
    internal const string BalancerAddress = "127.0.0.2";

    private readonly int _port = LoopbackPort.Free();
    private readonly IdentityProviderClient _bound;
    private readonly X509Certificate2 _server;
    private Haproxy? _haproxy;

    public BalancedWorld()
    {
        Certificate = Create("CN=ward-engine");
        Other = Create("CN=somebody-else");
        _server = Create("CN=gw.hospital.example");
        _bound = new IdentityProviderClient("ward-engine", "system/*.rs")
        {
            ClientSecret = "ward-engine-secret-for-tests-0123456789",
            Claims = new JsonObject
            {
                ["purpose_of_use"] = new JsonArray("TREAT"),
                ["cnf"] = new JsonObject
                {
                    ["x5t#S256"] = System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData(Certificate.RawData)),
                },
            },
        };
    }

    /// <summary>The client's certificate, to which its tokens are bound.</summary>
    internal X509Certificate2 Certificate { get; }

    /// <summary>Another one.</summary>
    internal X509Certificate2 Other { get; }

    /// <summary>Where clients reach the balancer.</summary>
    internal string Public => $"https://127.0.0.1:{_port}";

    private protected override string Provider => "Sqlite";

    private protected override IReadOnlyList<IdentityProviderClient> MoreClients => [_bound];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await AdmitAsync(_bound.ClientId, "ward-charting");
        _haproxy = await Haproxy.StartAsync(Folder, Balancer(), _port);
        var token = await BoundTokenAsync();
        while ((await AskAsync("/Patient/f001", token, Certificate)).Status != HttpStatusCode.OK)
        {
            await Task.Delay(20);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_haproxy is not null)
        {
            await _haproxy.DisposeAsync();
        }

        Certificate.Dispose();
        Other.Dispose();
        _server.Dispose();
        await base.DisposeAsync();
    }

    internal Task<string> BoundTokenAsync() => TokenAsync(_bound);

    /// <summary>A read through the balancer, from an address of the caller's choice.</summary>
    internal async Task<Reply> AskAsync(
        string pathAndQuery,
        string token,
        X509Certificate2? certificate = null,
        string from = "127.0.0.1",
        string? body = null,
        params (string Name, string Value)[] headers
    )
    {
        using var http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                SslOptions = new SslClientAuthenticationOptions
                {
                    // The balancer's certificate is made for the test: exactly that one.
                    RemoteCertificateValidationCallback = (_, presented, _, _) =>
                        presented is not null && presented.GetRawCertData().AsSpan().SequenceEqual(_server.RawData),
                    LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
                    ClientCertificates = certificate is null ? null : [certificate],
                },
                ConnectCallback = async (context, cancellation) =>
                {
                    var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                    socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
                    await socket.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            }
        );
        var target = pathAndQuery.StartsWith("https:", StringComparison.Ordinal) ? pathAndQuery : $"{Public}/fhir{pathAndQuery}";
        var method = body is null ? HttpMethod.Get : HttpMethod.Post;
        return await Reply.AskAsync(http, new HttpRequestMessage(method, target), token, body, "application/fhir+json", headers);
    }

    private protected override Task<FhirServer> StartBackendAsync(string authorization) => FhirServer.StartAsync(authorization, Self, []);

    private protected override void Shape(JsonObject configuration)
    {
        var gateway = configuration["PhiGateway"]!.AsObject();
        gateway["PublicBase"] = Public;
        // Tests call the node itself too.
        gateway["Hosts"] = new JsonArray(new Uri((string)gateway["Listeners"]!["Data"]!).Authority);
        gateway["Listeners"]!["Probes"] = true;
        gateway["StopPause"] = "00:05:00";
        gateway["TrustedProxies"] = new JsonObject { ["Addresses"] = new JsonArray(BalancerAddress), ["ClientCertificate"] = true };
        configuration["ReverseProxy"]!["Routes"]!["fhir"]!["Metadata"]!["Phi.UpdateCreates"] = "false";
        configuration["ReverseProxy"]!["Clusters"]!["ehr"]!["Metadata"]!["Phi.Bases"] = Self;
    }

    // What docs/deployment.md shows, with the test's ports.
    private string Balancer()
    {
        using var key = _server.GetECDsaPrivateKey()!;
        var pem = Path.Combine(Folder, "balancer.pem");
        File.WriteAllText(pem, _server.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        var clients = Path.Combine(Folder, "clients.pem");
        File.WriteAllText(clients, Certificate.ExportCertificatePem() + "\n" + Other.ExportCertificatePem() + "\n");
        return $$"""
            global
              log stderr local0 err
            defaults
              mode http
              timeout connect 5s
              timeout client 60s
              timeout server 120s
            frontend clients
              bind 127.0.0.1:{{_port}} ssl crt {{pem}} ca-file {{clients}} verify optional
              http-request del-header X-Forwarded-For
              http-request del-header Client-Cert
              http-request set-header X-Forwarded-For %[src]
              http-request set-header Client-Cert :%[ssl_c_der,base64]: if { ssl_c_used }
              default_backend gateway
            backend gateway
              option httpchk GET /readyz
              server gw 127.0.0.1:{{Gateway.Data.Port}} check inter 200 source {{BalancerAddress}}

            """;
    }

    private static X509Certificate2 Create(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.EndToEnd;

/// <summary>
/// A node between programs that terminate TLS (HAProxy, nginx, stunnel), and a clinical system that names itself otherwise than it is
/// called: the addresses of the world as it is.
/// </summary>
public sealed class BalancedWorld : GatewayWorld
{
    internal const string Self = "https://fhir.hospital.example/r4";

    /// <summary>Where the balancer's calls come from; everybody else calls from another address of this machine.</summary>
    internal const string BalancerAddress = "127.0.0.2";

    /// <summary>Where the calls of what tells nobody come from.</summary>
    internal const string TunnelAddress = "127.0.0.3";

    private readonly int _port = LoopbackPort.Free();
    private readonly int _nginxPort = LoopbackPort.Free();
    private readonly int _stunnelPort = LoopbackPort.Free();
    private readonly List<FrontProgram> _fronts = [];
    private readonly SigningKey _key = SigningKey.Es384("infusion-pumps-1");
    private readonly IdentityProviderClient _bound;
    private readonly IdentityProviderClient _prover;
    private readonly X509Certificate2 _server;

    public BalancedWorld()
    {
        Certificate = Create("CN=ward-engine");
        Other = Create("CN=somebody-else");
        _server = Create("CN=gw.hospital.example");
        _bound = new IdentityProviderClient("ward-engine", "system/*.rs")
        {
            ClientSecret = "ward-engine-secret-for-tests-0123456789",
            Mtls = true,
            Claims = new JsonObject { ["purpose_of_use"] = new JsonArray("TREAT") },
        };
        _prover = new IdentityProviderClient("infusion-pumps", "system/*.rs")
        {
            Jwks = JsonNode.Parse(SigningKey.Jwks([_key])),
            AssertionAlgorithm = "ES384",
            Dpop = true,
            Claims = new JsonObject { ["purpose_of_use"] = new JsonArray("TREAT") },
        };
    }

    /// <summary>The client's certificate, to which its tokens are bound.</summary>
    internal X509Certificate2 Certificate { get; }

    /// <summary>Another one.</summary>
    internal X509Certificate2 Other { get; }

    /// <summary>Where clients reach the balancer.</summary>
    internal string Public => $"https://127.0.0.1:{_port}";

    /// <summary>Where they reach nginx.</summary>
    internal string Nginx => $"https://127.0.0.1:{_nginxPort}";

    /// <summary>Where they reach stunnel.</summary>
    internal string Stunnel => $"https://127.0.0.1:{_stunnelPort}";

    private protected override string Provider => "Sqlite";

    private protected override IReadOnlyList<IdentityProviderClient> MoreClients => [_bound, _prover];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await AdmitAsync(_prover.ClientId, "ward-charting", "dpop");
        await AdmitAsync(_bound.ClientId, "ward-charting");
        var shown = Configurations();
        _fronts.Add(await FrontProgram.HaproxyAsync(Folder, shown.Haproxy(_port, BalancerAddress), _port));
        _fronts.Add(await FrontProgram.NginxAsync(Folder, shown.Nginx(_nginxPort, BalancerAddress), _nginxPort));
        _fronts.Add(await FrontProgram.StunnelAsync(Folder, shown.Stunnel(_stunnelPort, TunnelAddress), _stunnelPort));
        var token = await BoundTokenAsync();
        while ((await AskAsync("/Patient/f001", token, Certificate)).Status != HttpStatusCode.OK)
        {
            await Task.Delay(20);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var front in _fronts)
        {
            await front.DisposeAsync();
        }

        Certificate.Dispose();
        Other.Dispose();
        _server.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>A token that the identity provider bound to the client's certificate (RFC 8705).</summary>
    internal Task<string> BoundTokenAsync() => Issuer.TokenAsync(_bound, certificate: Certificate);

    /// <summary>A token that it bound to a key (RFC 9449).</summary>
    internal Task<string> ProvenTokenAsync(SigningKey key) => Issuer.BoundTokenAsync(_prover, _key, key);

    /// <summary>A read through the balancer, or by a whole address through another, from an address of the caller's choice.</summary>
    internal async Task<Reply> AskAsync(
        string pathAndQuery,
        string? token,
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
                    // The certificate of what terminates TLS is made for the test: exactly that one.
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
        gateway["Hosts"] = new JsonArray(
            new Uri((string)gateway["Listeners"]!["Data"]!).Authority,
            new Uri(Nginx).Authority,
            new Uri(Stunnel).Authority
        );
        gateway["Listeners"]!["Probes"] = true;
        gateway["StopPause"] = "00:05:00";
        gateway["TrustedProxies"] = new JsonObject { ["Addresses"] = new JsonArray(BalancerAddress), ["ClientCertificate"] = true };
        configuration["ReverseProxy"]!["Routes"]!["fhir"]!["Metadata"]!["Phi.UpdateCreates"] = "false";
        configuration["ReverseProxy"]!["Clusters"]!["ehr"]!["Metadata"]!["Phi.Bases"] = Self;
    }

    private FrontConfigurations Configurations()
    {
        using var key = _server.GetECDsaPrivateKey()!;
        var pem = Path.Combine(Folder, "front.pem");
        File.WriteAllText(pem, _server.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        var clients = Path.Combine(Folder, "clients.pem");
        File.WriteAllText(clients, Certificate.ExportCertificatePem() + "\n" + Other.ExportCertificatePem() + "\n");
        return new FrontConfigurations(Folder, pem, clients, Gateway.Data.Port);
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

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.EndToEnd.TokenService;

/// <summary>A world with TLS on its listeners, whose token service binds a client's tokens to the certificate of its connections.</summary>
public sealed class MutualTlsWorld : GatewayWorld
{
    internal const string Client = "theatre-board";

    /// <summary>Known by a name in its certificate.</summary>
    internal const string Named = "ward-board";

    /// <summary>Known by the token of its trust domain.</summary>
    internal const string Workload = "spiffe://hospital.example/lab/feed";

    internal string Auth { get; } = $"https://127.0.0.1:{LoopbackPort.Free()}";

    internal SigningKey Key { get; } = SigningKey.Es384("theatre-board-1");

    /// <summary>The client's.</summary>
    internal X509Certificate2 Certificate { get; } = Create("CN=theatre-board");

    internal X509Certificate2 Other { get; } = Create("CN=somebody-else");

    /// <summary>Who signs clients' certificates.</summary>
    internal OpenSslChain Chain { get; private set; } = null!;

    /// <summary>With which the trust domain signs its workloads' tokens.</summary>
    internal SigningKey Domain { get; } = SigningKey.Es256("domain-1");

    /// <summary>The certificate of the gateway's own listeners, PEM.</summary>
    internal string OwnCertificate { get; private set; } = string.Empty;

    private protected override string Provider => "Sqlite";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await TokenServiceWorld.AdmitAsync(Mary, Wei, Client, Key, ["mtls"]);
        await TokenServiceWorld.AdmitAsync(
            Mary,
            Wei,
            Named,
            [],
            new
            {
                id = "named-oidc",
                client = Named,
                issuer = "phi-gateway",
                clientId = Named,
            },
            new
            {
                id = "named-tls",
                client = Named,
                kind = "tls-client-auth",
                issuer = "phi-gateway",
                clientId = Named,
                subjectDn = "CN=ward-board,O=Hospital\\, North,C=US",
            }
        );
        await TokenServiceWorld.AdmitAsync(
            Mary,
            Wei,
            "lab-feed",
            [],
            new
            {
                id = "lab-feed-id",
                client = "lab-feed",
                kind = "spiffe",
                spiffeId = Workload,
            }
        );
    }

    public override async ValueTask DisposeAsync()
    {
        Certificate.Dispose();
        Other.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>Asks over a connection that shows a certificate, or none.</summary>
    internal static HttpClient With(X509Certificate2? certificate)
    {
        var handler = TlsFiles.Trusting();
        if (certificate is not null)
        {
            handler.SslOptions.ClientCertificates = [certificate];
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        }

        return new HttpClient(handler);
    }

    private protected override void Shape(JsonObject configuration)
    {
        var files = TlsFiles.Create(Folder);
        OwnCertificate = files.Certificate;
        Chain = OpenSslChain.Create(Path.Combine(Folder, "clients"));
        var secret = Path.Combine(Folder, "signing.secret");
        File.WriteAllText(secret, "a secret for signing keys in tests, 32 and more");
        var gateway = configuration["PhiGateway"]!.AsObject();
        var data = ((string)gateway["PublicBase"]!).Replace("http:", "https:", StringComparison.Ordinal);
        gateway["PublicBase"] = data;
        var listeners = gateway["Listeners"]!.AsObject();
        listeners["Data"] = data;
        listeners["CertificatePath"] = files.Certificate;
        listeners["CertificateKeyPath"] = files.Key;
        gateway["TokenService"] = new JsonObject
        {
            ["Listener"] = Auth,
            ["Issuer"] = Auth,
            ["Audience"] = $"{data}/fhir",
            ["KeyDirectory"] = Path.Combine(Folder, "signing"),
            ["KeySecret"] = $"file:{secret}",
            ["ClientAuthorities"] = Chain.Authorities,
        };
        var bundle = Path.Combine(Folder, "bundle.json");
        File.WriteAllText(bundle, Bundle());
        gateway["Spiffe"] = new JsonObject
        {
            ["TrustDomains"] = new JsonArray(
                new JsonObject
                {
                    ["Name"] = "hospital.example",
                    ["Bundle"] = bundle,
                    ["JwtAudience"] = $"{data}/fhir",
                }
            ),
        };
    }

    private string Bundle()
    {
        using var authority = Create("CN=spire");
        var key = Domain.PublicJwk();
        key["use"] = "jwt-svid";
        var certificate = new JsonObject
        {
            ["use"] = "x509-svid",
            ["kty"] = "EC",
            ["x5c"] = new JsonArray(Convert.ToBase64String(authority.RawData)),
        };
        return new JsonObject { ["keys"] = new JsonArray(certificate, key) }.ToJsonString();
    }

    private static X509Certificate2 Create(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = DateTimeOffset.UtcNow;
        using var made = new CertificateRequest(name, key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(7));
        // A key that lives in memory alone is not shown in a handshake on every platform.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}

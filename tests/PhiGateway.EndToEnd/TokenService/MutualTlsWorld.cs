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

    internal string Auth { get; } = $"https://127.0.0.1:{LoopbackPort.Free()}";

    internal SigningKey Key { get; } = SigningKey.Es384("theatre-board-1");

    /// <summary>The client's.</summary>
    internal X509Certificate2 Certificate { get; } = Create("CN=theatre-board");

    internal X509Certificate2 Other { get; } = Create("CN=somebody-else");

    private protected override string Provider => "Sqlite";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await TokenServiceWorld.AdmitAsync(Mary, Wei, Client, Key, ["mtls"]);
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
        };
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

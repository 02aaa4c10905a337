using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;

namespace PhiGateway.EndToEnd;

/// <summary>
/// A node with TLS on both sides, that offers HTTP/2, has little patience with slow clients and lets one request of a client in at a time.
/// </summary>
public sealed class SecureWorld : GatewayWorld
{
    internal const int Large = 36 * 1024 * 1024;

    private TlsFiles? _files;

    private protected override string Provider => "Sqlite";

    /// <summary>What stands in front of the clinical system.</summary>
    internal TlsTerminator Terminator { get; private set; } = null!;

    private protected override Task<FhirServer> StartBackendAsync(string authorization) => FhirServer.StartAloneAsync(authorization);

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await PutAsync(
            "Observation",
            "secure-large",
            $$$"""
            {"resourceType":"Observation","id":"secure-large","status":"final","code":{"text":"large"},
             "subject":{"reference":"Patient/f001"},"valueString":"{{{new string('x', Large)}}}"}
            """
        );
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (Terminator is not null)
        {
            await Terminator.DisposeAsync();
        }
    }

    private protected override void Prepare(GatewayProcess node) => node.Variables["SSL_CERT_FILE"] = _files!.Certificate;

    private protected override void Shape(JsonObject configuration)
    {
        _files = TlsFiles.Create(Folder);
        Terminator = new TlsTerminator(_files, new Uri(Backend.Base));
        var gateway = configuration["PhiGateway"]!.AsObject();
        var data = ((string)gateway["PublicBase"]!).Replace("http:", "https:", StringComparison.Ordinal);
        gateway["PublicBase"] = data;
        var listeners = gateway["Listeners"]!.AsObject();
        listeners["Data"] = data;
        listeners["Http2"] = true;
        listeners["CertificatePath"] = _files.Certificate;
        listeners["CertificateKeyPath"] = _files.Key;
        gateway["Limits"] = new JsonObject { ["LeastRate"] = 256 * 1024, ["Concurrency"] = 1 };
        var cluster = configuration["ReverseProxy"]!["Clusters"]!["ehr"]!.AsObject();
        cluster["Destinations"]!["a"]!["Address"] = Terminator.Origin + new Uri(Backend.Base).AbsolutePath;
        cluster["Metadata"]!["Phi.Bases"] = Backend.Base;
    }
}

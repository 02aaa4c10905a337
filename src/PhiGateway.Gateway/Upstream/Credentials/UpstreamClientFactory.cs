using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Egress;
using PhiGateway.Gateway.Exchange;
using Yarp.ReverseProxy.Forwarder;

namespace PhiGateway.Gateway.Upstream.Credentials;

/// <summary>
/// Makes the clients of YARP's clusters: of one that names a client certificate a client that shows it, and follows its rotation. Registered
/// by the upstream room, called by YARP.
/// </summary>
internal sealed class UpstreamClientFactory(EgressHttpClientFactory egress, IBackendCredentials credentials) : IForwarderHttpClientFactory
{
    public HttpMessageInvoker CreateClient(ForwarderHttpClientContext context)
    {
        var files = FilesOf(context.NewMetadata);
        if (files == FilesOf(context.OldMetadata) && (files.Certificate is null || CanReuse(context)))
        {
            return context.OldClient is { } old && files.Certificate is not null ? old : egress.CreateClient(context);
        }

        var fresh = new ForwarderHttpClientContext
        {
            ClusterId = context.ClusterId,
            NewConfig = context.NewConfig,
            NewMetadata = context.NewMetadata,
        };
        if (files is not { Certificate: { } certificate, Key: { } key })
        {
            return egress.CreateClient(fresh);
        }

        return new HttpMessageInvoker(
            new CertifiedHandler(credentials.FindCertificate(certificate, key), shown => egress.With(shown).CreateClient(fresh)),
            disposeHandler: true
        );
    }

    private static bool CanReuse(ForwarderHttpClientContext context) =>
        context.OldClient is not null && context.NewConfig == context.OldConfig;

    private static (string? Certificate, string? Key) FilesOf(IReadOnlyDictionary<string, string>? metadata) =>
        (metadata?.GetValueOrDefault(RouteMetadata.ClientCertificate), metadata?.GetValueOrDefault(RouteMetadata.ClientCertificateKey));
}

using System.Net.Security;
using Yarp.ReverseProxy.Forwarder;

namespace PhiGateway.Gateway.Egress;

/// <summary>
/// Makes YARP's connection pools connect through <see cref="EgressConnector"/>; registered by the data plane, asked by the factory of the
/// upstream room.
/// </summary>
/// <param name="connector">Opens the connections.</param>
/// <param name="certificate">What is shown in the handshakes of the clients that this one makes; null: nothing.</param>
internal sealed class EgressHttpClientFactory(EgressConnector connector, SslStreamCertificateContext? certificate = null)
    : ForwarderHttpClientFactory
{
    // Names are resolved anew at least so often, and no connection outlives the certificate that it was opened with by much more.
    private static readonly TimeSpan CertifiedLife = TimeSpan.FromMinutes(10);

    /// <summary>One that shows a certificate.</summary>
    public EgressHttpClientFactory With(SslStreamCertificateContext shown) => new(connector, shown);

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        handler.ConnectCallback = connector.ConnectAsync;
        if (certificate is not null)
        {
            handler.SslOptions.ClientCertificateContext = certificate;
            handler.PooledConnectionLifetime = CertifiedLife;
        }
    }
}

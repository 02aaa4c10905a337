using Yarp.ReverseProxy.Forwarder;

namespace PhiGateway.Gateway.Egress;

/// <summary>Makes YARP's connection pools connect through <see cref="EgressConnector"/>; registered by the data plane.</summary>
internal sealed class EgressHttpClientFactory(EgressConnector connector) : ForwarderHttpClientFactory
{
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        handler.ConnectCallback = connector.ConnectAsync;
    }
}

using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Upstream;

/// <summary>The seam to the proxy: sends exactly one generated call and hands back the answer unread.</summary>
internal interface IUpstream
{
    /// <summary>Sends the call to a destination of the exchange's cluster; nothing is written into the exchange.</summary>
    /// <returns>The answer, or how it failed; never throws for a fault of the upstream.</returns>
    ValueTask<UpstreamReply> SendAsync(UpstreamCall call, GatewayExchange exchange, CancellationToken cancellationToken);
}

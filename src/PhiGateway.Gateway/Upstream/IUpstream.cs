using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Upstream;

/// <summary>
/// Sends one generated call to the route's upstream and returns the answer with its body unread; called by Forward and by lookups.
/// </summary>
internal interface IUpstream
{
    /// <summary>Sends the call to a destination of the exchange's cluster; nothing is written into the exchange.</summary>
    /// <returns>The answer, or how it failed; never throws for a fault of the upstream.</returns>
    ValueTask<UpstreamReply> SendAsync(UpstreamCall call, GatewayExchange exchange, CancellationToken cancellationToken);
}

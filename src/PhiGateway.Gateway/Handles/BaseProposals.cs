using System.Collections.Concurrent;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Telemetry;

namespace PhiGateway.Gateway.Handles;

/// <summary>
/// Says in the log, once per route and origin, that a server behind names itself by a base that its cluster does not list, so that its
/// links are not followed. Told by whoever meets such a link; thread-safe.
/// </summary>
/// <remarks>
/// Security: a proposal for the operator only. A base that was learned from answers would let whoever writes them choose whom the gateway
/// calls. Only scheme, host and port are logged: path and query of a link can name a patient.
/// </remarks>
internal sealed class BaseProposals(ILogger<BaseProposals> log)
{
    // Origins are the upstream's to invent.
    private const int Most = 64;

    private readonly ConcurrentDictionary<(string Route, string Origin), byte> _said = new();

    /// <summary>Takes note of a link that is not followed; relative ones and other schemes say nothing about a base.</summary>
    public void Note(PhiRoute route, string link)
    {
        if (_said.Count >= Most || !Uri.TryCreate(link, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            return;
        }

        var origin = $"{uri.Scheme}://{uri.IdnHost}:{uri.Port}";
        if (_said.TryAdd((route.RouteId, origin), 0))
        {
            GatewayLog.BaseProposed(log, route.RouteId, origin);
        }
    }
}

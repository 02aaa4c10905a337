using Microsoft.AspNetCore.Http;
using PhiGateway.Gateway.Configuration;

namespace PhiGateway.Gateway.Ingress;

/// <summary>
/// Answers whether a request's host is one under which clients reach this gateway; asked by the CrossOrigin and Ingress stages.
/// </summary>
internal sealed class OwnHosts(GatewayOptions options)
{
    private volatile Known _known = Of(options);

    /// <summary>Whether the request's host is one of them; an absent one never is.</summary>
    public bool Contain(HttpRequest request)
    {
        var known = _known;
        if (!ReferenceEquals(known.Routes, options.RouteHosts))
        {
            // Routes have changed, and with them their hosts.
            _known = known = Of(options);
        }

        return known.Hosts.Contains(request.Host.Value ?? string.Empty);
    }

    private static Known Of(GatewayOptions options)
    {
        var routes = options.RouteHosts;
        return new Known(routes, options.AcceptedHosts.ToHashSet(StringComparer.OrdinalIgnoreCase));
    }

    private sealed record Known(IReadOnlyList<string> Routes, HashSet<string> Hosts);
}

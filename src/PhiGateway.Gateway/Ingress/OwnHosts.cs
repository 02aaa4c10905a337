using Microsoft.AspNetCore.Http;
using PhiGateway.Gateway.Configuration;

namespace PhiGateway.Gateway.Ingress;

/// <summary>The authorities under which clients reach this gateway.</summary>
internal sealed class OwnHosts(GatewayOptions options)
{
    private readonly HashSet<string> _hosts = options.AcceptedHosts.ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the request's host is one of them; an absent one never is.</summary>
    public bool Contain(HttpRequest request) => _hosts.Contains(request.Host.Value ?? string.Empty);
}

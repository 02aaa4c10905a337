using System.Runtime.CompilerServices;
using PhiGateway.Fhir;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Identity;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace PhiGateway.Gateway.Pipeline;

/// <summary>Derives a <see cref="PhiRoute"/> from YARP's model of a route, once per model: YARP replaces the model when its configuration changes.</summary>
internal sealed class RouteCatalog(GatewayOptions options)
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(100);

    private readonly ConditionalWeakTable<RouteModel, PhiRoute> _routes = [];

    /// <summary>The route of a request; null when the route's metadata is not that of a PHI route, so nothing is forwarded.</summary>
    public PhiRoute? Find(IReverseProxyFeature proxy)
    {
        var model = proxy.Route;
        if (_routes.TryGetValue(model, out var known))
        {
            return known;
        }

        var derived = Derive(model, proxy.Cluster.Config);
        if (derived is not null)
        {
            _routes.AddOrUpdate(model, derived);
        }

        return derived;
    }

    private PhiRoute? Derive(RouteModel model, ClusterConfig cluster)
    {
        var metadata = model.Config.Metadata;
        if (metadata is null
            || !metadata.TryGetValue(RouteMetadata.Kind, out var kind) || kind != RouteMetadata.FhirR4
            || !metadata.TryGetValue(RouteMetadata.Base, out var basePath) || !BasePath.IsValid(basePath)
            || !metadata.TryGetValue(RouteMetadata.Tenant, out var tenant) || tenant.Length == 0)
        {
            return null;
        }

        string? authorization = null;
        if (cluster.Metadata?.TryGetValue(RouteMetadata.Credential, out var reference) == true && !SecretReference.TryResolve(reference, out authorization, out _))
        {
            // A credential that has gone missing must not become "none".
            return null;
        }

        return new PhiRoute
        {
            RouteId = model.Config.RouteId,
            Base = basePath,
            Tenant = tenant,
            Environment = metadata.TryGetValue(RouteMetadata.Environment, out var environment) && environment.Length > 0 ? environment : options.Environment,
            BackendAuthorization = authorization,
            ForwardsClientToken = cluster.Metadata?.TryGetValue(RouteMetadata.ForwardClientToken, out var forward) == true && bool.TryParse(forward, out var forwards) && forwards,
            Timeout = cluster.HttpRequest?.ActivityTimeout ?? DefaultTimeout,
            Fhir = new FhirContext
            {
                GatewayBase = options.PublicBase + basePath,
                UpstreamBases = cluster.Destinations?.Values.Select(static destination => destination.Address.TrimEnd('/')).ToArray() ?? [],
            },
        };
    }
}

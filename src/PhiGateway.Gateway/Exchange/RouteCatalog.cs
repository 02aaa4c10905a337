using System.Runtime.CompilerServices;
using PhiGateway.Apis;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Context;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Policy.Vocabulary;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Derives a <see cref="PhiRoute"/> from YARP's model of a route, once per model: YARP replaces the model when its configuration changes.
/// </summary>
internal sealed class RouteCatalog(GatewayOptions options, IBackendCredentials credentials)
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(100);

    private volatile Known _known = new(options.RoutePlaces, []);

    // Validated at start; one that does not compile has no routes.
    private readonly Dictionary<string, ApiTable> _apis = CompileApis(options);

    /// <summary>The route of a request; null when the route's metadata is not that of a PHI route, so nothing is forwarded.</summary>
    public PhiRoute? Find(IReverseProxyFeature proxy)
    {
        var routes = RoutesNow();
        var model = proxy.Route;
        if (routes.TryGetValue(model, out var known))
        {
            return known;
        }

        var derived = Derive(model, proxy.Cluster.Config);
        if (derived is not null)
        {
            routes.AddOrUpdate(model, derived);
        }

        return derived;
    }

    // A route that was added or taken away elsewhere may have been another way to the same server.
    private ConditionalWeakTable<RouteModel, PhiRoute> RoutesNow()
    {
        var known = _known;
        if (!ReferenceEquals(known.Places, options.RoutePlaces))
        {
            _known = known = new Known(options.RoutePlaces, []);
        }

        return known.Routes;
    }

    // Where else clients find the servers behind: under the other hosts of this route, and on all routes that lead to one of them.
    private string[] AliasesOf(ClusterConfig cluster, string own)
    {
        var servers = cluster.Destinations?.Values.Select(static destination => destination.Address.TrimEnd('/')).ToList() ?? [];
        return
        [
            .. options
                .RoutePlaces.Where(place => servers.Exists(place.Servers.Contains))
                .SelectMany(place => options.PublicBasesOf(place.Hosts).Select(root => root + place.Base).Concat(place.Bases))
                .Where(known => known != own)
                .Distinct(StringComparer.Ordinal),
        ];
    }

    private static Dictionary<string, ApiTable> CompileApis(GatewayOptions options)
    {
        var tables = new Dictionary<string, ApiTable>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, api) in options.Apis)
        {
            if (ApiTable.Compile(api, []) is { } table)
            {
                tables.Add(name, table);
            }
        }

        return tables;
    }

    // A kind that is not known has no language, so nothing is understood there.
    private bool TryFindApi(string kind, IReadOnlyDictionary<string, string> metadata, out ApiTable? api)
    {
        api = null;
        return kind == RouteMetadata.FhirR4
            || (
                kind == RouteMetadata.RestJson && metadata.TryGetValue(RouteMetadata.Api, out var name) && _apis.TryGetValue(name, out api)
            );
    }

    private bool TryFindCredential(ClusterConfig cluster, out BackendCredential? credential, out UpstreamCertificate? certificate)
    {
        (credential, certificate) = (null, null);
        if (cluster.Metadata is not { } metadata)
        {
            return true;
        }

        if (metadata.TryGetValue(RouteMetadata.Credential, out var reference))
        {
            credential = credentials.Find(reference);
            if (credential is null)
            {
                return false;
            }
        }

        var hasCertificate = metadata.TryGetValue(RouteMetadata.ClientCertificate, out var file);
        if (hasCertificate != metadata.TryGetValue(RouteMetadata.ClientCertificateKey, out var key))
        {
            return false;
        }

        certificate = hasCertificate ? credentials.FindCertificate(file!, key!) : null;
        return true;
    }

    private PhiRoute? Derive(RouteModel model, ClusterConfig cluster)
    {
        var metadata = model.Config.Metadata;
        if (
            metadata is null
            || !metadata.TryGetValue(RouteMetadata.Kind, out var kind)
            || !TryFindApi(kind, metadata, out var api)
            || !metadata.TryGetValue(RouteMetadata.Base, out var basePath)
            || !BasePath.IsValid(basePath)
            || !metadata.TryGetValue(RouteMetadata.Tenant, out var tenant)
            || tenant.Length == 0
        )
        {
            return null;
        }

        TokenValue? tag = null;
        if (metadata.TryGetValue(RouteMetadata.TenantTag, out var text))
        {
            if (!RouteMetadata.TryReadTag(text, out var read) || api is not null)
            {
                // A tag that cannot be read must not become "none".
                return null;
            }

            tag = read;
        }

        if (!TryFindCredential(cluster, out var credential, out var certificate))
        {
            // A credential that nobody knows must not become "none".
            return null;
        }

        // A file that is not right must not become "none": requests would be read by another grammar than the operator's.
        if (SearchParameterFiles.Find(options, SearchParameterFiles.OwnOf(key => metadata.GetValueOrDefault(key))) is not { } declared)
        {
            return null;
        }

        if (!SelfLinkWords.TryRead(cluster.Metadata?.GetValueOrDefault(RouteMetadata.SelfLinks), out var selfLinks))
        {
            return null;
        }

        if (!UpstreamBaseList.TryRead(cluster.Metadata?.GetValueOrDefault(RouteMetadata.Bases), out var ownBases))
        {
            return null;
        }

        if (!UpstreamBaseList.TryRead(cluster.Metadata?.GetValueOrDefault(RouteMetadata.Storage), out var storage))
        {
            return null;
        }

        if (!RoutingMarks.TryRead(metadata.GetValueOrDefault(RouteMetadata.RoutingMarks), out var marks))
        {
            return null;
        }

        if (!WebOrigins.TryRead(metadata.GetValueOrDefault(RouteMetadata.Origins), out var origins))
        {
            return null;
        }

        var gatewayBase = options.PublicBaseOf(model.Config.Match.Hosts) + basePath;
        return new PhiRoute
        {
            RouteId = model.Config.RouteId,
            Base = basePath,
            PublicOrigin = options.PublicBaseOf(model.Config.Match.Hosts).TrimEnd('/'),
            Tenant = tenant,
            TenantTag = tag,
            Environment =
                metadata.TryGetValue(RouteMetadata.Environment, out var environment) && environment.Length > 0
                    ? environment
                    : options.Environment,
            Credential = credential,
            Certificate = certificate,
            ForwardsClientToken =
                cluster.Metadata?.TryGetValue(RouteMetadata.ForwardClientToken, out var forward) == true
                && bool.TryParse(forward, out var forwards)
                && forwards,
            Timeout = cluster.HttpRequest?.ActivityTimeout ?? DefaultTimeout,
            SelfLinks = selfLinks,
            Storage = storage,
            Origins = origins,
            RoutingMarks = marks,
            // Whatever else stands there, validated at start, permits nothing.
            UpdateCreates = IsTrue(metadata, RouteMetadata.UpdateCreates, otherwise: false),
            ChecksReferences = IsTrue(metadata, RouteMetadata.ChecksReferences, otherwise: true),
            Api = api,
            Language = new FhirContext
            {
                GatewayBase = gatewayBase,
                UpstreamBases =
                [
                    .. cluster.Destinations?.Values.Select(static destination => destination.Address.TrimEnd('/')) ?? [],
                    .. ownBases,
                ],
                Aliases = AliasesOf(cluster, gatewayBase),
                Declared = declared,
                TakesUpParameters = IsTrue(metadata, RouteMetadata.TakesUpParameters, otherwise: true),
                TenantTag = tag,
                MaxBundleEntries = options.Limits.BundleEntries,
                MaxParameters = options.Limits.Parameters,
                MaxTargets = options.Limits.ProvenanceTargets,
                MaxParameterValues = options.Limits.ParameterValues,
                MaxValues = options.Limits.RequestValues,
                MaxSpelled = options.Limits.SpelledCharacters,
                MaxParts = options.Limits.RequestParts,
            },
        };
    }

    // Not there is true; a boolean of JSON comes as True or False.
    private static bool IsTrue(IReadOnlyDictionary<string, string> metadata, string name, bool otherwise) =>
        bool.TryParse(metadata.GetValueOrDefault(name, "true"), out var said) ? said : otherwise;

    private sealed record Known(IReadOnlyList<RoutePlace> Places, ConditionalWeakTable<RouteModel, PhiRoute> Routes);
}

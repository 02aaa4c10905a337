using Microsoft.Extensions.Configuration;
using PhiGateway.Gateway.Egress;
using PhiGateway.Policy.Validation;
using Yarp.ReverseProxy.Configuration;

namespace PhiGateway.Gateway.Configuration;

/// <summary>Validates the <c>ReverseProxy</c> section as far as the gateway depends on it.</summary>
internal static class RouteValidator
{
    private static readonly string[] SafePolicies = ["RoundRobin", "Random", "FirstAlphabetical"];

    /// <summary>Adds every problem found.</summary>
    public static void Validate(IConfigurationSection section, GatewayOptions options, List<ConfigurationProblem> problems)
    {
        var routes = section.GetSection("Routes").GetChildren().ToList();
        var clusters = section
            .GetSection("Clusters")
            .GetChildren()
            .ToDictionary(static cluster => cluster.Key, StringComparer.OrdinalIgnoreCase);
        if (routes.Count == 0)
        {
            problems.Add(new ConfigurationProblem("ReverseProxy:Routes", "is required: at least one route."));
        }

        foreach (var child in section.GetChildren().Where(static child => child.Key is not ("Routes" or "Clusters")))
        {
            problems.Add(new ConfigurationProblem(child.Path, "is not a known key." + NearestName.Hint(child.Key, ["Routes", "Clusters"])));
        }

        foreach (var route in routes)
        {
            ValidateRoute(route, clusters, options, problems);
        }

        RoutePlaces.Validate(routes, problems);
        TenantTags.Validate(routes, clusters, problems);
        // A network that is none is said where it stands.
        var egress = options.Egress.Allow.All(static text => Networks.TryParse(text, out _))
            ? new EgressPolicy(options.Egress.Allow)
            : new EgressPolicy();
        foreach (var cluster in clusters.Values)
        {
            ValidateCluster(cluster, options, egress, problems);
        }
    }

    private static void ValidateRoute(
        IConfigurationSection route,
        Dictionary<string, IConfigurationSection> clusters,
        GatewayOptions options,
        List<ConfigurationProblem> problems
    )
    {
        problems.AddRange(UnknownKeys.Find(route, typeof(RouteConfig)));
        var metadata = route.GetSection("Metadata");
        Unknown(metadata, RouteMetadata.OfRoutes, problems);
        ValidateKind(metadata, options, problems);

        var basePath = metadata[RouteMetadata.Base];
        if (basePath is null || !BasePath.IsValid(basePath))
        {
            problems.Add(
                new ConfigurationProblem(
                    $"{metadata.Path}:{RouteMetadata.Base}",
                    "is required: a path such as /fhir, of letters, digits, dash and underscore, without trailing slash."
                )
            );
        }
        else if (!string.Equals(route["Match:Path"], $"{basePath}/{{**rest}}", StringComparison.Ordinal))
        {
            problems.Add(
                new ConfigurationProblem(
                    $"{route.Path}:Match:Path",
                    $"must be {basePath}/{{**rest}}: the route and {RouteMetadata.Base} have to mean the same place."
                )
            );
        }

        if (string.IsNullOrEmpty(metadata[RouteMetadata.Tenant]))
        {
            problems.Add(
                new ConfigurationProblem(
                    $"{metadata.Path}:{RouteMetadata.Tenant}",
                    "is required: the tenant whose data is behind this route."
                )
            );
        }

        if (route["ClusterId"] is not { Length: > 0 } cluster || !clusters.ContainsKey(cluster))
        {
            problems.Add(new ConfigurationProblem($"{route.Path}:ClusterId", "must name one of ReverseProxy:Clusters."));
        }

        if (!RoutingMarks.TryRead(metadata[RouteMetadata.RoutingMarks], out _))
        {
            problems.Add(
                new ConfigurationProblem($"{metadata.Path}:{RouteMetadata.RoutingMarks}", "must be URLs separated by spaces, or none.")
            );
        }

        foreach (
            var yesOrNo in (ReadOnlySpan<string>)
                [RouteMetadata.UpdateCreates, RouteMetadata.ChecksReferences, RouteMetadata.TakesUpParameters]
        )
        {
            // A boolean of JSON comes as True or False.
            if (metadata[yesOrNo] is { } word && !bool.TryParse(word, out _))
            {
                problems.Add(new ConfigurationProblem($"{metadata.Path}:{yesOrNo}", "must be true or false."));
            }
        }

        if (!WebOrigins.TryRead(metadata[RouteMetadata.Origins], out _))
        {
            problems.Add(
                new ConfigurationProblem(
                    $"{metadata.Path}:{RouteMetadata.Origins}",
                    "must be origins as browsers send them, separated by spaces, such as "
                        + "https://app.example: https (http on loopback only), no path, no wildcard."
                )
            );
        }

        foreach (
            var child in route
                .GetChildren()
                .Where(static child => child.Key is "Transforms" or "AuthorizationPolicy" or "CorsPolicy" or "OutputCachePolicy")
        )
        {
            problems.Add(
                new ConfigurationProblem(
                    child.Path,
                    "has no effect here: the upstream request is generated, and access is decided by the registry. Remove it."
                )
            );
        }
    }

    private static void ValidateKind(IConfigurationSection metadata, GatewayOptions options, List<ConfigurationProblem> problems)
    {
        var kind = metadata[RouteMetadata.Kind];
        var api = metadata[RouteMetadata.Api];
        if (kind is not (RouteMetadata.FhirR4 or RouteMetadata.RestJson))
        {
            problems.Add(
                new ConfigurationProblem(
                    $"{metadata.Path}:{RouteMetadata.Kind}",
                    "must be fhir-r4, or rest-json for an API that a table declares."
                )
            );
        }
        else if (kind == RouteMetadata.RestJson && (api is null || !options.Apis.ContainsKey(api)))
        {
            problems.Add(new ConfigurationProblem($"{metadata.Path}:{RouteMetadata.Api}", "must name one of PhiGateway:Apis."));
        }
        else if (kind == RouteMetadata.FhirR4 && api is not null)
        {
            problems.Add(new ConfigurationProblem($"{metadata.Path}:{RouteMetadata.Api}", "belongs to routes of the kind rest-json."));
        }
    }

    private static void ValidateCluster(
        IConfigurationSection cluster,
        GatewayOptions options,
        EgressPolicy egress,
        List<ConfigurationProblem> problems
    )
    {
        problems.AddRange(UnknownKeys.Find(cluster, typeof(ClusterConfig)));
        var metadata = cluster.GetSection("Metadata");
        Unknown(metadata, RouteMetadata.OfClusters, problems);
        if (metadata[RouteMetadata.Credential] is { } reference && BackendCredentialValidator.FindFlaw(reference, options) is { } why)
        {
            problems.Add(new ConfigurationProblem($"{metadata.Path}:{RouteMetadata.Credential}", why));
        }

        var (certificate, key) = (metadata[RouteMetadata.ClientCertificate], metadata[RouteMetadata.ClientCertificateKey]);
        if (BackendCredentialValidator.FindFlaw(certificate, key) is { } unfit)
        {
            problems.Add(new ConfigurationProblem($"{metadata.Path}:{RouteMetadata.ClientCertificate}", $"{unfit}."));
        }

        if (metadata[RouteMetadata.ForwardClientToken] is { } forward && !bool.TryParse(forward, out _))
        {
            problems.Add(new ConfigurationProblem($"{metadata.Path}:{RouteMetadata.ForwardClientToken}", "must be true or false."));
        }

        if (!SelfLinkWords.TryRead(metadata[RouteMetadata.SelfLinks], out _))
        {
            problems.Add(new ConfigurationProblem($"{metadata.Path}:{RouteMetadata.SelfLinks}", "must be required, optional or ignored."));
        }

        if (!UpstreamBaseList.TryRead(metadata[RouteMetadata.Bases], out _))
        {
            problems.Add(
                new ConfigurationProblem(
                    $"{metadata.Path}:{RouteMetadata.Bases}",
                    "must be bases as the server behind writes them, separated by spaces, such as https://fhir.hospital.example/r4."
                )
            );
        }

        if (
            !UpstreamBaseList.TryRead(metadata[RouteMetadata.Storage], out var storage)
            || storage.Any(one => egress.FindFlaw(one) is not null)
        )
        {
            problems.Add(
                new ConfigurationProblem(
                    $"{metadata.Path}:{RouteMetadata.Storage}",
                    "must be bases that may be called from here, separated by spaces, such as https://exports.storage.example/hospital."
                )
            );
        }

        if (cluster["LoadBalancingPolicy"] is { } policy && !SafePolicies.Contains(policy, StringComparer.OrdinalIgnoreCase))
        {
            problems.Add(
                new ConfigurationProblem($"{cluster.Path}:LoadBalancingPolicy", "must be RoundRobin, Random or FirstAlphabetical.")
            );
        }

        if (bool.TryParse(cluster["SessionAffinity:Enabled"], out var affinity) && affinity)
        {
            problems.Add(new ConfigurationProblem($"{cluster.Path}:SessionAffinity", "is not supported."));
        }

        var destinations = cluster.GetSection("Destinations").GetChildren().ToList();
        if (destinations.Count == 0)
        {
            problems.Add(new ConfigurationProblem($"{cluster.Path}:Destinations", "is required: at least one destination."));
        }

        foreach (var destination in destinations)
        {
            if (
                !Uri.TryCreate(destination["Address"], UriKind.Absolute, out var address)
                || address.Scheme is not ("http" or "https")
                || address.Query.Length > 0
            )
            {
                problems.Add(
                    new ConfigurationProblem(
                        $"{destination.Path}:Address",
                        "must be the upstream's base, such as https://ehr.internal:8443/r4."
                    )
                );
            }
            else if (egress.FindFlaw(destination["Address"]!) is { } flaw)
            {
                problems.Add(new ConfigurationProblem($"{destination.Path}:Address", $"{flaw}."));
            }
        }
    }

    private static void Unknown(IConfigurationSection metadata, string[] known, List<ConfigurationProblem> problems)
    {
        foreach (var entry in metadata.GetChildren())
        {
            if (entry.Key.StartsWith("Phi.", StringComparison.OrdinalIgnoreCase) && !known.Contains(entry.Key, StringComparer.Ordinal))
            {
                problems.Add(
                    new ConfigurationProblem(
                        entry.Path,
                        $"is not a known key; known here are {string.Join(", ", known)}.{NearestName.Hint(entry.Key, known)}"
                    )
                );
            }
        }
    }
}

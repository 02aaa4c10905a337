using Microsoft.Extensions.Configuration;

namespace PhiGateway.Gateway.Configuration;

/// <summary>
/// Compares the hosts and bases of all routes and finds pairs that could both match a request: whose data it asks for must not hang on
/// which route wins.
/// </summary>
internal static class RoutePlaces
{
    /// <summary>Hosts of every route, as accepted in the Host header.</summary>
    public static IReadOnlyList<string> HostsOf(IConfigurationSection section) =>
        [
            .. section
                .GetSection("Routes")
                .GetChildren()
                .SelectMany(static route => HostsOfRoute(route))
                .Distinct(StringComparer.OrdinalIgnoreCase),
        ];

    /// <summary>Every FHIR route with where clients find it and which servers are behind it.</summary>
    public static IReadOnlyList<RoutePlace> Of(IConfigurationSection section)
    {
        var places = new List<RoutePlace>();
        foreach (var route in section.GetSection("Routes").GetChildren())
        {
            if (route.GetSection("Metadata")[RouteMetadata.Kind] != RouteMetadata.FhirR4 || route["ClusterId"] is not { } cluster)
            {
                continue;
            }

            var behind = section.GetSection("Clusters").GetSection(cluster);
            var servers = behind
                .GetSection("Destinations")
                .GetChildren()
                .Select(static destination => destination["Address"]?.TrimEnd('/') ?? string.Empty)
                .Where(static address => address.Length > 0)
                .ToHashSet(StringComparer.OrdinalIgnoreCase);
            _ = UpstreamBaseList.TryRead(behind.GetSection("Metadata")[RouteMetadata.Bases], out var bases);
            places.Add(
                new RoutePlace(HostsOfRoute(route), route.GetSection("Metadata")[RouteMetadata.Base] ?? string.Empty, servers, bases)
                {
                    Tenant = route.GetSection("Metadata")[RouteMetadata.Tenant],
                    Environment = route.GetSection("Metadata")[RouteMetadata.Environment],
                    TenantTag = route.GetSection("Metadata")[RouteMetadata.TenantTag],
                }
            );
        }

        return places;
    }

    /// <summary>Tenant and environment of every route that names a tenant.</summary>
    public static IReadOnlyList<(string Tenant, string Environment)> NamesOf(IConfigurationSection section, string environment) =>
        [
            .. section
                .GetSection("Routes")
                .GetChildren()
                .Select(static route => route.GetSection("Metadata"))
                .Where(static metadata => !string.IsNullOrEmpty(metadata[RouteMetadata.Tenant]))
                .Select(metadata =>
                    (metadata[RouteMetadata.Tenant]!, metadata[RouteMetadata.Environment] is { Length: > 0 } own ? own : environment)
                ),
        ];

    /// <summary>The tags by which a tenant's records are told apart on its FHIR routes, once each; empty: by none.</summary>
    /// <param name="places">The routes.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="environment">The environment of the routes that count.</param>
    /// <param name="usual">That of routes which name none.</param>
    public static IReadOnlyList<string> TagsOf(IReadOnlyList<RoutePlace> places, string tenant, string environment, string usual) =>
        [
            .. places
                .Where(place => place.Tenant == tenant && (place.Environment is { Length: > 0 } own ? own : usual) == environment)
                .Select(static place => place.TenantTag)
                .OfType<string>()
                .Distinct(StringComparer.Ordinal),
        ];

    /// <summary>Adds a problem for every host that is not one name, and for every pair of routes that one request could match.</summary>
    public static void Validate(List<IConfigurationSection> routes, List<ConfigurationProblem> problems)
    {
        foreach (var route in routes)
        {
            foreach (var host in route.GetSection("Match:Hosts").GetChildren().Where(static host => !IsOneHost(host.Value)))
            {
                problems.Add(
                    new ConfigurationProblem(
                        host.Path,
                        "must be one host name, with a port or without, in ASCII; a wildcard would let clients choose whose data they ask for."
                    )
                );
            }

            foreach (
                var child in route
                    .GetSection("Match")
                    .GetChildren()
                    .Where(static child => child.Key is "Headers" or "QueryParameters" or "Methods")
            )
            {
                problems.Add(
                    new ConfigurationProblem(
                        child.Path,
                        "is not supported: which route a request takes is told by host and path only, not by what a client may add."
                    )
                );
            }
        }

        for (var later = 1; later < routes.Count; later++)
        {
            for (var earlier = 0; earlier < later; earlier++)
            {
                if (Overlap(routes[earlier], routes[later]))
                {
                    problems.Add(
                        new ConfigurationProblem(
                            $"{routes[later].Path}:Match",
                            $"overlaps with route {routes[earlier].Key}: give each a base or hosts of its own, so that no request could take either."
                        )
                    );
                }
            }
        }
    }

    private static bool Overlap(IConfigurationSection one, IConfigurationSection other)
    {
        if (one["Match:Path"] is not { } path || other["Match:Path"] is not { } otherPath || !Nest(Trim(path), Trim(otherPath)))
        {
            return false;
        }

        var hosts = HostsOfRoute(one);
        var otherHosts = HostsOfRoute(other);
        return hosts.Count == 0 || otherHosts.Count == 0 || hosts.Any(host => otherHosts.Any(otherHost => Meet(host, otherHost)));
    }

    // ASP.NET's routing is blind to letter case.
    private static bool Nest(string path, string other) =>
        path.Length <= other.Length
            ? other.StartsWith(path, StringComparison.OrdinalIgnoreCase) && (other.Length == path.Length || other[path.Length] == '/')
            : Nest(other, path);

    private static string Trim(string path) => path.EndsWith("/{**rest}", StringComparison.Ordinal) ? path[..^"/{**rest}".Length] : path;

    // A host without a port is that host at any port.
    private static bool Meet(string host, string other)
    {
        var (name, port) = Split(host);
        var (otherName, otherPort) = Split(other);
        return name.Equals(otherName, StringComparison.OrdinalIgnoreCase) && (port is null || otherPort is null || port == otherPort);
    }

    private static (string Name, string? Port) Split(string host) =>
        host.LastIndexOf(':') is var colon and > 0 && !host.EndsWith(']') ? (host[..colon], host[(colon + 1)..]) : (host, null);

    private static bool IsOneHost(string? host)
    {
        if (string.IsNullOrEmpty(host))
        {
            return false;
        }

        var (name, port) = Split(host);
        return (
                port is null
                || (
                    ushort.TryParse(
                        port,
                        System.Globalization.NumberStyles.None,
                        System.Globalization.CultureInfo.InvariantCulture,
                        out var number
                    )
                    && number > 0
                )
            )
            && name.Length > 0
            && (
                name[0] == '['
                    ? System.Net.IPAddress.TryParse(name.AsSpan().Trim("[]"), out _)
                    : name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.')
            );
    }

    private static List<string> HostsOfRoute(IConfigurationSection route) =>
        [
            .. route
                .GetSection("Match:Hosts")
                .GetChildren()
                .Select(static host => host.Value ?? string.Empty)
                .Where(static host => host.Length > 0),
        ];
}

/// <summary>Where clients find one FHIR route, and which servers are behind it; two routes may lead to one server.</summary>
/// <param name="Hosts">Hosts that the route names; empty: all of the gateway's.</param>
/// <param name="Base">Its base as a path.</param>
/// <param name="Servers">Addresses that are called.</param>
/// <param name="Bases">Bases under which these servers name themselves besides.</param>
internal sealed record RoutePlace(IReadOnlyList<string> Hosts, string Base, IReadOnlySet<string> Servers, IReadOnlyList<string> Bases)
{
    /// <summary>Whose records it leads to; null: not told.</summary>
    public string? Tenant { get; init; }

    /// <summary>Its environment; null or empty: the node's.</summary>
    public string? Environment { get; init; }

    /// <summary>The tag that each of these records bears, as written; null: the servers are the tenant's own.</summary>
    public string? TenantTag { get; init; }
}

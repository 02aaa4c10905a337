using Microsoft.Extensions.Configuration;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Configuration;

/// <summary>
/// Validates the tags by which tenants of one backend are told apart; tenants that share a backend need a tag each, or the configuration is
/// refused.
/// </summary>
internal static class TenantTags
{
    /// <summary>
    /// Adds a problem for every tag that is none, and for every pair of routes that share a backend without being told apart by it.
    /// </summary>
    public static void Validate(
        List<IConfigurationSection> routes,
        Dictionary<string, IConfigurationSection> clusters,
        List<ConfigurationProblem> problems
    )
    {
        foreach (var route in routes)
        {
            if (TagOf(route) is not { } text)
            {
                continue;
            }

            if (!RouteMetadata.TryReadTag(text, out _))
            {
                problems.Add(Problem(route, "must be system|code, such as https://hospital.example/tenants|north."));
            }

            if (KindOf(route) == RouteMetadata.RestJson)
            {
                problems.Add(Problem(route, "belongs to routes of the kind fhir-r4."));
            }
        }

        for (var later = 1; later < routes.Count; later++)
        {
            for (var earlier = 0; earlier < later; earlier++)
            {
                if (ShareBackend(routes[earlier], routes[later], clusters) && FindFlaw(routes[earlier], routes[later]) is { } flaw)
                {
                    problems.Add(Problem(routes[later], $"{flaw}, as does route {routes[earlier].Key}."));
                }
            }
        }
    }

    private static string? FindFlaw(IConfigurationSection one, IConfigurationSection other)
    {
        var (tag, otherTag) = (TagOf(one), TagOf(other));
        if (tag is null && otherTag is null)
        {
            return null;
        }

        if (TenantOf(one) == TenantOf(other))
        {
            return tag == otherTag ? null : "must be the same on every route of this tenant to this backend";
        }

        if (tag is null || otherTag is null)
        {
            return "is required: this tenant shares its backend with one that is told apart by a tag";
        }

        if (tag == otherTag)
        {
            return "must differ: this tenant shares its backend with another one";
        }

        return SystemOf(tag) != SystemOf(otherTag)
            ? "must be of one system for all tenants of a backend, so that another tenant's tag is known as one"
            : null;
    }

    private static bool ShareBackend(
        IConfigurationSection one,
        IConfigurationSection other,
        Dictionary<string, IConfigurationSection> clusters
    ) =>
        KindOf(one) == RouteMetadata.FhirR4
        && KindOf(other) == RouteMetadata.FhirR4
        && AddressesOf(one, clusters).Overlaps(AddressesOf(other, clusters));

    private static HashSet<string> AddressesOf(IConfigurationSection route, Dictionary<string, IConfigurationSection> clusters) =>
        route["ClusterId"] is { } id && clusters.TryGetValue(id, out var cluster)
            ? cluster
                .GetSection("Destinations")
                .GetChildren()
                .Select(static destination => destination["Address"]?.TrimEnd('/') ?? string.Empty)
                .ToHashSet(StringComparer.OrdinalIgnoreCase)
            : [];

    private static string SystemOf(string tag) => TokenValue.TryParse(tag, out var value) ? value.System ?? string.Empty : string.Empty;

    private static string? KindOf(IConfigurationSection route) => route.GetSection("Metadata")[RouteMetadata.Kind];

    private static string? TenantOf(IConfigurationSection route) => route.GetSection("Metadata")[RouteMetadata.Tenant];

    private static string? TagOf(IConfigurationSection route) => route.GetSection("Metadata")[RouteMetadata.TenantTag];

    private static ConfigurationProblem Problem(IConfigurationSection route, string message) =>
        new($"{route.GetSection("Metadata").Path}:{RouteMetadata.TenantTag}", message);
}

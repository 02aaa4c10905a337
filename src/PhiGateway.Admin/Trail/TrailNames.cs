using System.Text.Json;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// Says which name of a search nobody knows, neither a record nor the registry: "nobody" is an answer to a question about somebody, and a
/// mistyped name must not look like one. Asked by every kind of search of the trail that found nothing.
/// </summary>
internal sealed class TrailNames(WorkingSetSource sets, IRegistryStore store, IAuditReports reports, AdminOptions options)
{
    // Each is a pseudonym to look for, and a record of the look.
    private const int MostTenants = 500;

    // As the records spell them.
    private static readonly HashSet<string> Interactions =
    [
        .. Enum.GetNames<Interaction>().Select(JsonNamingPolicy.KebabCaseLower.ConvertName),
    ];

    /// <summary>The problem with the first unknown name; null: each is known.</summary>
    public async Task<AdminProblem?> FindUnknownAsync(TrailQuery query, CancellationToken cancellationToken)
    {
        // Nothing was named: the registry is not asked, and need not be there.
        var isNamed = (query.Client ?? query.Tenant ?? query.Organization ?? query.UseCase ?? query.Type) is not null;
        if (!isNamed && (query.Interaction ?? query.Actor) is null)
        {
            return null;
        }

        var set = await sets.GetAsync(cancellationToken);
        foreach (
            var (parameter, facet, name, isRegistered) in ((string, AuditFacet, string?, Func<string, bool>)[])
                [
                    ("client", AuditFacet.Client, query.Client, name => IsThere(set, RegistryKind.Client, name)),
                    ("tenant", AuditFacet.Tenant, query.Tenant, name => name == TrailQuery.Every || Tenants(set).Contains(name)),
                    ("organization", AuditFacet.Organization, query.Organization, name => IsThere(set, RegistryKind.Organization, name)),
                    ("use_case", AuditFacet.UseCase, query.UseCase, name => IsThere(set, RegistryKind.UseCase, name)),
                    ("type", AuditFacet.ResourceType, query.Type, static name => ResourceType.TryParse(name, out _)),
                    ("interaction", AuditFacet.Interaction, query.Interaction, Interactions.Contains),
                    (
                        "actor",
                        AuditFacet.Actor,
                        query.Actor,
                        name => set.All<AdminKey>(RegistryKind.AdminKey).Any(key => key.Person == name)
                    ),
                ]
        )
        {
            if (name is not null && !isRegistered(name) && !await reports.KnowsAsync(facet, name, cancellationToken))
            {
                return AdminProblem.BadParameter(parameter, "neither the registry nor a record knows such a name.");
            }
        }

        return null;
    }

    /// <summary>What of a search only a record's body tells.</summary>
    public async Task<Outcome<TrailNarrowing>> NarrowAsync(TrailQuery query, CancellationToken cancellationToken)
    {
        var set = await sets.GetAsync(cancellationToken);
        return query.Agreement is { } agreement && !await IsOrWasThereAsync(set, agreement, cancellationToken)
            ? AdminProblem.BadParameter("agreement", "the registry knows no such agreement, nor has it ever.")
            : TrailNarrowing.Of(query, set);
    }

    /// <summary>Those of some tenants of which there is neither a route, a use case nor a record.</summary>
    public async Task<IReadOnlyList<string>> FindUnknownTenantsAsync(
        IReadOnlyCollection<string> tenants,
        CancellationToken cancellationToken
    )
    {
        if (tenants.Count == 0)
        {
            return [];
        }

        var known = Tenants(await sets.GetAsync(cancellationToken));
        var unknown = new List<string>();
        foreach (var tenant in tenants)
        {
            if (!known.Contains(tenant) && !await reports.KnowsAsync(AuditFacet.Tenant, tenant, cancellationToken))
            {
                unknown.Add(tenant);
            }
        }

        return unknown;
    }

    /// <summary>
    /// Every tenant there is or was: of the use cases, of this node's routes and of the records. Refused where there are more than one search
    /// looks into: a part of them would be taken for all.
    /// </summary>
    /// <param name="parameter">By which parameter of the search one is named.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<Outcome<HashSet<string>>> TenantsAsync(string parameter, CancellationToken cancellationToken)
    {
        var tenants = Tenants(await sets.GetAsync(cancellationToken));
        tenants.UnionWith(await reports.ListTenantsAsync(MostTenants + 1, cancellationToken));
        return tenants.Count > MostTenants
            ? AdminProblem.BadParameter(parameter, $"there are more than {MostTenants}: name one.")
            : tenants;
    }

    private HashSet<string> Tenants(WorkingSet set) =>
        set.All<UseCase>(RegistryKind.UseCase)
            .SelectMany(static useCase => useCase.Tenants)
            .Concat(options.Names?.Tenants ?? Enumerable.Empty<string>())
            .ToHashSet(StringComparer.Ordinal);

    // Records name the agreement of their time, which may be gone: a vendor's whose end is just what is asked about.
    private async Task<bool> IsOrWasThereAsync(WorkingSet set, string agreement, CancellationToken cancellationToken) =>
        IsThere(set, RegistryKind.Agreement, agreement) || await store.IsDeletedAsync(RegistryKind.Agreement, agreement, cancellationToken);

    private static bool IsThere(WorkingSet set, RegistryKind kind, string id) => set.Find(kind, id) is not null;
}

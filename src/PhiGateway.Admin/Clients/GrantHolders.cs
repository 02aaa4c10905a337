using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Clients;

/// <summary>Which other active clients have one of a client's grants, or elements of it, by another use case in a tenant of its own.</summary>
/// <param name="Place">Place of the grant among those of the use case, from one.</param>
/// <param name="Clients">Those that have most of it first.</param>
/// <param name="More">How many further clients there are.</param>
public sealed record GrantHolders(int Place, IReadOnlyList<GrantHolder> Clients, int More)
{
    private const int Most = 10;

    /// <summary>The grants of a client that others have too.</summary>
    internal static IReadOnlyList<GrantHolders> Of(WorkingSet set, ApprovedClient view)
    {
        if (view.UseCase is not { Grants.Count: > 0 } useCase)
        {
            return [];
        }

        var tenants = TenantsOf(view.Client, useCase);
        var others = useCase.Grants.Select(static _ => new List<GrantHolder>()).ToList();
        foreach (var other in set.All<UseCase>(RegistryKind.UseCase))
        {
            if (other.Id == useCase.Id || other.Environment != useCase.Environment || !other.Tenants.Any(tenants.Contains))
            {
                continue;
            }

            foreach (var (place, grant) in useCase.Grants.Index())
            {
                var whole = ElementsOf(grant).Count;
                var shared = SharedBy(grant, other.Grants);
                if (shared > 0)
                {
                    others[place]
                        .AddRange(
                            set.ClientsOf(other.Id)
                                .Where(client => client.Status == ClientStatus.Active && TenantsOf(client, other).Any(tenants.Contains))
                                .Select(client => new GrantHolder(client.Id, other.Id, shared, whole))
                        );
                }
            }
        }

        return
        [
            .. others
                .Index()
                .Where(static pair => pair.Item.Count > 0)
                .Select(static pair => new GrantHolders(
                    pair.Index + 1,
                    [
                        .. pair
                            .Item.OrderByDescending(static holder => holder.Shared)
                            .ThenBy(static holder => holder.Client, StringComparer.Ordinal)
                            .Take(Most),
                    ],
                    Math.Max(0, pair.Item.Count - Most)
                )),
        ];
    }

    private static IReadOnlyList<string> TenantsOf(Client client, UseCase useCase) =>
        client.Tenants.Count > 0 ? client.Tenants : useCase.Tenants;

    // A type with an interaction or an operation, as wide in everything else.
    private static int SharedBy(Grant grant, IReadOnlyList<Grant> others)
    {
        var alike = others.Where(other => IsAsWide(grant, other)).SelectMany(ElementsOf).ToHashSet();
        return alike.Count == 0 ? 0 : ElementsOf(grant).Count(alike.Contains);
    }

    private static IReadOnlyList<(string Type, string What)> ElementsOf(Grant grant) =>
        [
            .. grant
                .Types.Distinct(StringComparer.Ordinal)
                .SelectMany(type =>
                    grant.Interactions.Concat(grant.Operations).Distinct(StringComparer.Ordinal).Select(what => (type, what))
                ),
        ];

    private static bool IsAsWide(Grant one, Grant other) =>
        one.Patients is not null
        && one.Patients == other.Patients
        && one.Types.Any(other.Types.Contains)
        && one.Confidentiality == other.Confidentiality
        && one.MayRelabel == other.MayRelabel
        && AreSame(one.Labels, other.Labels)
        && AreSame(one.Elements, other.Elements)
        && AreSame(one.Masks, other.Masks)
        && AreSame(one.Includes, other.Includes)
        && AreSame(Conditions(one), Conditions(other));

    private static IReadOnlyList<string> Conditions(Grant grant) =>
        grant.Where.Count == 0 ? [] : [.. grant.Where.Select(static pair => $"{pair.Key}={pair.Value}")];

    private static bool AreSame(IReadOnlyList<string> one, IReadOnlyList<string> other) =>
        (one.Count == 0 && other.Count == 0) || one.ToHashSet(StringComparer.Ordinal).SetEquals(other);
}

/// <summary>One client that has elements of a grant.</summary>
/// <param name="Client">The client.</param>
/// <param name="UseCase">By which use case.</param>
/// <param name="Shared">How many elements of the grant it has: a type with an interaction or an operation, as wide in everything else.</param>
/// <param name="Whole">How many elements the grant has.</param>
public sealed record GrantHolder(string Client, string UseCase, int Shared, int Whole);

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
        UseCase[] others =
        [
            .. set.All<UseCase>(RegistryKind.UseCase)
                .Where(other => other.Id != useCase.Id && other.Environment == useCase.Environment && other.Tenants.Any(tenants.Contains)),
        ];
        return
        [
            .. useCase
                .Grants.Index()
                .Select(pair => Of(set, tenants, pair.Index + 1, pair.Item, others))
                .Where(static holders => holders.Clients.Count > 0),
        ];
    }

    // Tens of thousands may have it: the first of them, and how many more there are.
    private static GrantHolders Of(WorkingSet set, IReadOnlyList<string> tenants, int place, Grant grant, UseCase[] others)
    {
        var whole = ElementsOf(grant).Count;
        var (first, more) = (new List<GrantHolder>(Most), 0);
        foreach (
            var (other, shared) in others
                .Select(other => (Other: other, Shared: SharedBy(grant, other.Grants)))
                .Where(static pair => pair.Shared > 0)
                .OrderByDescending(static pair => pair.Shared)
                .ThenBy(static pair => pair.Other.Id, StringComparer.Ordinal)
        )
        {
            foreach (var client in set.ClientsOf(other.Id))
            {
                if (client.Status != ClientStatus.Active || !TenantsOf(client, other).Any(tenants.Contains))
                {
                    continue;
                }

                if (first.Count < Most)
                {
                    first.Add(new GrantHolder(client.Id, other.Id, shared, whole));
                }
                else
                {
                    more++;
                }
            }
        }

        return new GrantHolders(place, first, more);
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

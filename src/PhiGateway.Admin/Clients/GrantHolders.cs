using PhiGateway.Admin.Editing;
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
        var elements = ElementsOf(grant);
        var byShared = new List<UseCase>?[elements.Count + 1];
        foreach (var other in others)
        {
            var shared = SharedBy(grant, elements, other.Grants);
            if (shared > 0)
            {
                (byShared[shared] ??= []).Add(other);
            }
        }

        var (first, more) = (new List<GrantHolder>(Most), 0);
        for (var shared = elements.Count; shared > 0; shared--)
        {
            foreach (var other in byShared[shared] ?? [])
            {
                foreach (var client in set.ClientsOf(other.Id))
                {
                    if (client.Status != ClientStatus.Active || !TenantsOf(client, other).Any(tenants.Contains))
                    {
                        continue;
                    }

                    if (first.Count < Most)
                    {
                        first.Add(new GrantHolder(client.Id, other.Id, shared, elements.Count));
                    }
                    else
                    {
                        more++;
                    }
                }
            }
        }

        return new GrantHolders(place, first, more);
    }

    private static IReadOnlyList<string> TenantsOf(Client client, UseCase useCase) =>
        client.Tenants.Count > 0 ? client.Tenants : useCase.Tenants;

    // Asked of every use case there is: nothing is made of those that differ.
    private static int SharedBy(Grant grant, IReadOnlyList<(string Type, string What)> elements, IReadOnlyList<Grant> others)
    {
        List<Grant>? alike = null;
        foreach (var other in others)
        {
            if (IsAsWide(grant, other))
            {
                (alike ??= []).Add(other);
            }
        }

        return alike is null ? 0 : elements.Count(element => alike.Exists(one => Has(one, element.Type, element.What)));
    }

    private static bool Has(Grant grant, string type, string what) =>
        grant.Types.Contains(type) && (grant.Interactions.Contains(what) || grant.Operations.Contains(what));

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
        (one.Count, other.Count) switch
        {
            (0, 0) => true,
            (0, _) or (_, 0) => false,
            _ => one.ToHashSet(StringComparer.Ordinal).SetEquals(other),
        };
}

/// <summary>One client that has elements of a grant.</summary>
/// <param name="Client">The client.</param>
/// <param name="UseCase">By which use case.</param>
/// <param name="Shared">How many elements of the grant it has: a type with an interaction or an operation, as wide in everything else.</param>
/// <param name="Whole">How many elements the grant has.</param>
public sealed record GrantHolder(string Client, string UseCase, int Shared, int Whole);

using System.Runtime.CompilerServices;
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

    // In order of id, once for each state of the registry.
    private static readonly ConditionalWeakTable<WorkingSet, UseCase[]> UseCases = [];

    /// <summary>The grants of a client that others have too.</summary>
    internal static IReadOnlyList<GrantHolders> Of(WorkingSet set, ApprovedClient view)
    {
        if (view.UseCase is not { Grants.Count: > 0 } useCase)
        {
            return [];
        }

        var tenants = TenantsOf(view.Client, useCase);
        var all = UseCases.GetValue(set, static found => [.. found.All<UseCase>(RegistryKind.UseCase)]);
        return
        [
            .. useCase
                .Grants.Index()
                .Select(pair => Of(set, tenants, pair.Index + 1, pair.Item, useCase, all))
                .Where(static holders => holders.Clients.Count > 0),
        ];
    }

    // Tens of thousands may have it: the first of them, and how many more there are. Nothing is made of those that are only counted.
    private static GrantHolders Of(WorkingSet set, IReadOnlyList<string> tenants, int place, Grant grant, UseCase own, UseCase[] all)
    {
        var elements = ElementsOf(grant);
        var (first, count) = (new List<GrantHolder>(Most + 1), 0);
        foreach (var other in all)
        {
            if (other.Id == own.Id || other.Environment != own.Environment || !AreAny(other.Tenants, tenants))
            {
                continue;
            }

            var shared = SharedBy(grant, elements, other.Grants);
            if (shared == 0)
            {
                continue;
            }

            foreach (var client in set.ClientsOf(other.Id))
            {
                if (client.Status == ClientStatus.Active && AreAny(TenantsOf(client, other), tenants))
                {
                    count++;
                    PutIn(first, new GrantHolder(client.Id, other.Id, shared, elements.Count));
                }
            }
        }

        return new GrantHolders(place, first, count - first.Count);
    }

    // Behind those that have as much of it.
    private static void PutIn(List<GrantHolder> first, GrantHolder holder)
    {
        var at = first.Count;
        while (at > 0 && first[at - 1].Shared < holder.Shared)
        {
            at--;
        }

        if (at >= Most)
        {
            return;
        }

        first.Insert(at, holder);
        if (first.Count > Most)
        {
            first.RemoveAt(Most);
        }
    }

    private static bool AreAny(IReadOnlyList<string> some, IReadOnlyList<string> others)
    {
        foreach (var one in some)
        {
            if (others.Contains(one))
            {
                return true;
            }
        }

        return false;
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

        if (alike is null)
        {
            return 0;
        }

        var shared = 0;
        foreach (var (type, what) in elements)
        {
            shared += IsInAny(alike, type, what) ? 1 : 0;
        }

        return shared;
    }

    private static bool IsInAny(List<Grant> grants, string type, string what)
    {
        foreach (var grant in grants)
        {
            if (Has(grant, type, what))
            {
                return true;
            }
        }

        return false;
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
            _ when one.SequenceEqual(other) => true,
            _ => one.ToHashSet(StringComparer.Ordinal).SetEquals(other),
        };
}

/// <summary>One client that has elements of a grant.</summary>
/// <param name="Client">The client.</param>
/// <param name="UseCase">By which use case.</param>
/// <param name="Shared">How many elements of the grant it has: a type with an interaction or an operation, as wide in everything else.</param>
/// <param name="Whole">How many elements the grant has.</param>
public sealed record GrantHolder(string Client, string UseCase, int Shared, int Whole);

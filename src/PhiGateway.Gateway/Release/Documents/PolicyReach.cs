using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Documents;

/// <summary>
/// Collects which interactions, operations and searches of a type the approved use cases of a tenant permit; written into the capability
/// statement.
/// </summary>
internal sealed class PolicyReach
{
    private static readonly ConditionalWeakTable<
        RegistrySnapshot,
        ConcurrentDictionary<string, SortedDictionary<string, PolicyReach>>
    > Known = [];

    /// <summary>FHIR's codes of interactions (<c>type-restful-interaction</c>).</summary>
    public SortedSet<string> Interactions { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of operations, without their <c>$</c>.</summary>
    public SortedSet<string> Operations { get; } = new(StringComparer.Ordinal);

    /// <summary>The elements that each of the searches shows.</summary>
    public List<ElementSet> Searched { get; } = [];

    /// <summary>By type; anybody may ask, so it is worked out once per snapshot, environment and tenant.</summary>
    public static SortedDictionary<string, PolicyReach> Of(RegistrySnapshot snapshot, string tenant, string environment) =>
        Known
            .GetValue(snapshot, static _ => new(StringComparer.Ordinal))
            .GetOrAdd(
                $"{environment}\n{tenant}",
                static (_, about) => Find(about.snapshot, about.tenant, about.environment),
                (snapshot, tenant, environment)
            );

    private static SortedDictionary<string, PolicyReach> Find(RegistrySnapshot snapshot, string tenant, string environment)
    {
        var reachable = new SortedDictionary<string, PolicyReach>(StringComparer.Ordinal);
        foreach (
            var useCase in snapshot
                .ListClients()
                .Select(static entry => entry.UseCase)
                .OfType<UseCase>()
                .DistinctBy(static useCase => useCase.Id)
        )
        {
            if (useCase.Status == UseCaseStatus.Approved && useCase.Environment == environment && useCase.Tenants.Contains(tenant))
            {
                Add(useCase, reachable);
            }
        }

        return reachable;
    }

    private static void Add(UseCase useCase, SortedDictionary<string, PolicyReach> reachable)
    {
        foreach (var grant in useCase.Grants)
        {
            foreach (var type in grant.Types)
            {
                if (!reachable.TryGetValue(type, out var reach))
                {
                    reachable[type] = reach = new PolicyReach();
                }

                if (grant.Interactions.Contains("search"))
                {
                    reach.Searched.Add(ElementSet.Of(grant.Elements, grant.Masks));
                }

                reach.Interactions.UnionWith(grant.Interactions.SelectMany(CodesOf));
                reach.Operations.UnionWith(grant.Operations.Select(static name => name[1..]));
                if (grant.Interactions.Contains("export"))
                {
                    reach.Operations.Add("export");
                }
            }
        }
    }

    private static string[] CodesOf(string word) =>
        word switch
        {
            "search" => ["search-type"],
            "history" => ["history-instance", "history-type"],
            "read" or "vread" or "create" or "update" or "patch" or "delete" => [word],
            _ => [],
        };
}

using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Replay;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Shadows;

/// <summary>Compiles the registry with a candidate beside the one in force, where that has room; asked when a shadow starts and at changes.</summary>
internal sealed class ShadowRegistries(IRegistryStore store, WorkingSetSource sets, TimeProvider time)
{
    // Both registries are held as long as the shadow runs: some 100 MB at the most.
    internal const int MostMembers = 200_000;
    internal const int MostClients = 200;

    /// <summary>The registry as it is now.</summary>
    public Task<WorkingSet> NowAsync(CancellationToken cancellationToken) => sets.GetAsync(cancellationToken);

    /// <summary>Both of them, or in words why they cannot be.</summary>
    public async Task<(TwoRegistries? Both, string? Problem)> BuildAsync(
        WorkingSet set,
        string useCase,
        string candidate,
        CancellationToken cancellationToken
    )
    {
        if (set.Find(RegistryKind.UseCase, useCase) is not { Item: { } item })
        {
            return (null, $"The use case {useCase} is no longer in the registry.");
        }

        string[] clients = [.. set.ClientsOf(useCase).Select(static client => client.Id)];
        if (clients.Length > MostClients)
        {
            return (null, $"The use case has more than {MostClients} clients; a shadow takes no more.");
        }

        var write = new RegistryWrite(RegistryKind.UseCase, useCase, candidate, item.Version);
        var members = 0L;
        foreach (var roster in RostersOf(set, set.After([write], time.GetUtcNow(), string.Empty), useCase))
        {
            members += await store.CountMembersAsync(roster, 0, withRemoved: false, cancellationToken);
        }

        return members > MostMembers
            ? (null, $"Its rosters have more than {MostMembers} members; a shadow holds no more in memory. Replay a past window instead.")
            : (await TwoRegistries.BuildAsync(store, set, [write], clients, time.GetUtcNow(), cancellationToken), null);
    }

    private static IEnumerable<string> RostersOf(WorkingSet before, WorkingSet after, string useCase) =>
        new[] { before, after }
            .SelectMany(set => set.Find<UseCase>(RegistryKind.UseCase, useCase)?.Grants ?? [])
            .Select(static grant => grant.Patients?.Roster)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal);
}

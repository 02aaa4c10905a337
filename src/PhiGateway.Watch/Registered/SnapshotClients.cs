using System.Net;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Watch.Registered;

/// <summary>The clients of the snapshot in force; each is put together once per entry of the snapshot.</summary>
internal sealed class SnapshotClients(ISnapshotSource snapshots) : IRegisteredClients
{
    private readonly Dictionary<string, (ClientEntry Entry, RegisteredClient Client)> _known = new(StringComparer.Ordinal);

    // By roster, of the clients of one snapshot: a feed that changes a million memberships changes no client.
    private readonly Dictionary<string, List<string>> _holders = new(StringComparer.Ordinal);
    private RegistrySnapshot _indexed = RegistrySnapshot.Empty;

    /// <inheritdoc />
    public RegisteredClient? Find(string client)
    {
        if (snapshots.Current.FindClientById(client) is not { } entry)
        {
            return null;
        }

        if (!_known.TryGetValue(client, out var known) || !ReferenceEquals(known.Entry, entry))
        {
            _known[client] = known = (entry, Of(entry));
        }

        return known.Client;
    }

    /// <inheritdoc />
    public IReadOnlyCollection<string> FindHolders(string roster)
    {
        var current = snapshots.Current;
        if (!current.HasSameClients(_indexed))
        {
            Index(current);
        }

        _indexed = current;
        return _holders.GetValueOrDefault(roster) ?? [];
    }

    private void Index(RegistrySnapshot snapshot)
    {
        _holders.Clear();
        foreach (var entry in snapshot.ListClients())
        {
            foreach (var roster in RostersOf(entry))
            {
                if (!_holders.TryGetValue(roster, out var holders))
                {
                    _holders[roster] = holders = [];
                }

                holders.Add(entry.Client.Id);
            }
        }
    }

    private static IEnumerable<string> RostersOf(ClientEntry entry) =>
        (entry.UseCase?.Grants ?? []).Select(static grant => grant.Patients?.Roster).OfType<string>().Distinct(StringComparer.Ordinal);

    private static RegisteredClient Of(ClientEntry entry) =>
        new()
        {
            Id = entry.Client.Id,
            Kind = entry.Client.Kind,
            Risk = entry.UseCase?.Risk ?? Policy.Registry.RiskTier.High,
            Networks = [.. entry.Client.Networks.Where(static text => IPNetwork.TryParse(text, out _)).Select(IPNetwork.Parse)],
            CoversEmergencies = entry.UseCase?.AllowsBreakGlass == true,
            ApprovedAt = entry.Approval?.ApprovedAt,
        };
}

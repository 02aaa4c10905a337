using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Finds the clients that the gateway itself closed, slowed down or asked for fresh authorization since a moment, on whichever node: out of
/// the registry, which all nodes share. Asked by <see cref="Quarantine"/> before it closes one more.
/// </summary>
internal sealed class GatewayClosures(IRegistryStore store, ISnapshotSource snapshots)
{
    // Newest first; more within an hour is more than any brake lets pass.
    private const int MostRevocations = 500;

    /// <summary>Ids of these clients.</summary>
    public async Task<HashSet<string>> SinceAsync(DateTimeOffset since)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var names = new Dictionary<(string Issuer, string ClientId), string>();
        foreach (var entry in snapshots.Current.ListClients())
        {
            var client = entry.Client;
            if (client.Throttle is { } slow && slow.At >= since && slow.By.Contains(AlertWriter.Gateway))
            {
                found.Add(client.Id);
            }
            else if (client.Status == ClientStatus.Quarantined && await IsClosedSinceAsync(client.Id, since))
            {
                found.Add(client.Id);
            }

            foreach (var credential in entry.Credentials)
            {
                if (credential is { Issuer: { } issuer, ClientId: { } name })
                {
                    names[(issuer, name)] = client.Id;
                }
            }
        }

        foreach (var row in await store.ListRevocationsAsync(MostRevocations, CancellationToken.None))
        {
            if (row is { Target: RevocationTarget.Subject, Lifted: false, By: AlertWriter.Gateway, Issuer: { } issuer } && row.At >= since)
            {
                found.Add(names.GetValueOrDefault((issuer, row.Value), row.Value));
            }
        }

        return found;
    }

    private async Task<bool> IsClosedSinceAsync(string id, DateTimeOffset since) =>
        await store.FindAsync(RegistryKind.Client, id, CancellationToken.None) is { } item
        && item.UpdatedAt >= since
        && AuthorNote.ClosedBy(item).Contains(AlertWriter.Gateway);
}

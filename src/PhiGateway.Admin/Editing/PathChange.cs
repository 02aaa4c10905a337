using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>What a write does to the doors of one client's PHI path.</summary>
/// <param name="Client">Client id.</param>
/// <param name="WasOpen">Whether every door was open before.</param>
/// <param name="IsOpen">Whether every door is open after.</param>
/// <param name="Opened">Doors that were shut and are open.</param>
/// <param name="Closed">Doors that were open and are shut.</param>
internal sealed record PathChange(string Client, bool WasOpen, bool IsOpen, IReadOnlyList<string> Opened, IReadOnlyList<string> Closed)
{
    private const string Credential = "credential";

    /// <summary>
    /// The one function that says which doors a write opens and closes: both sets are compiled as a node compiles them, and the doors of
    /// every affected client compared. Revocations are not asked: they open by a verb of their own.
    /// </summary>
    public static IReadOnlyList<PathChange> Of(WorkingSet before, WorkingSet after, IReadOnlyList<string> clients, DateTimeOffset now)
    {
        if (clients.Count == 0)
        {
            return [];
        }

        var (was, becomes) = (Doors(before, clients, now), Doors(after, clients, now));
        return [.. clients.Select(client => Of(client, was.GetValueOrDefault(client), becomes.GetValueOrDefault(client)))];
    }

    private static PathChange Of(string client, Dictionary<string, bool>? before, Dictionary<string, bool>? after)
    {
        var (was, becomes) = (before ?? [], after ?? []);
        return new PathChange(
            client,
            IsPathOpen(was),
            IsPathOpen(becomes),
            [.. becomes.Where(door => door.Value && was.TryGetValue(door.Key, out var open) && !open).Select(static door => door.Key)],
            [.. was.Where(door => door.Value && !(becomes.TryGetValue(door.Key, out var open) && open)).Select(static door => door.Key)]
        );
    }

    // Each credential is a way in of its own: one that is open is enough.
    private static bool IsPathOpen(Dictionary<string, bool> doors) =>
        doors.Count > 0 && doors.All(static door => door.Value || door.Key.Contains('/', StringComparison.Ordinal));

    private static Dictionary<string, Dictionary<string, bool>> Doors(WorkingSet set, IReadOnlyList<string> clients, DateTimeOffset now)
    {
        var items = new Dictionary<(RegistryKind, string), RegistryItem>();
        foreach (var id in clients)
        {
            Collect(set, id, items);
        }

        var snapshot = new RegistrySnapshotBuilder().Rebuild(new RegistryChanges(Math.Max(set.Revision, 1), [.. items.Values], [], []));
        var found = new Dictionary<string, Dictionary<string, bool>>(StringComparer.Ordinal);
        foreach (var id in clients)
        {
            if (snapshot.FindClientById(id) is not { } entry)
            {
                continue;
            }

            var doors = new Dictionary<string, bool>(StringComparer.Ordinal);
            foreach (var door in Posture.Of(entry, snapshot, now).Where(static door => door.Guards))
            {
                doors[door.Name] = door.Open;
            }

            doors[Credential] = entry.Credentials.Any(credential =>
                credential.Kind == CredentialKind.OidcClient
                && doors.All(door => door.Value || !door.Key.EndsWith("/" + credential.Id, StringComparison.Ordinal))
            );
            found[id] = doors;
        }

        return found;
    }

    private static void Collect(WorkingSet set, string id, Dictionary<(RegistryKind, string), RegistryItem> items)
    {
        void Add(RegistryKind kind, string? name)
        {
            if (name is not null && set.Find(kind, name) is { } found)
            {
                items[(kind, name)] = found.Item;
            }
        }

        Add(RegistryKind.Client, id);
        if (set.Find<Client>(RegistryKind.Client, id) is not { } client)
        {
            return;
        }

        Add(RegistryKind.UseCase, client.UseCase);
        if (set.Find<UseCase>(RegistryKind.UseCase, client.UseCase) is { } useCase)
        {
            Add(RegistryKind.Agreement, useCase.Agreement);
            Add(RegistryKind.Organization, useCase.Organization);
            foreach (var grant in useCase.Grants)
            {
                Add(RegistryKind.Roster, grant.Patients?.Roster);
            }

            Add(
                RegistryKind.Organization,
                useCase.Agreement is { } agreement ? set.Find<Agreement>(RegistryKind.Agreement, agreement)?.Organization : null
            );
        }

        Add(RegistryKind.Approval, set.ApprovalOf(id)?.Id);
        foreach (var credential in set.CredentialsOf(id))
        {
            Add(RegistryKind.Credential, credential.Id);
        }

        foreach (var review in set.ReviewsOf(id))
        {
            Add(RegistryKind.Review, review.Id);
        }
    }
}

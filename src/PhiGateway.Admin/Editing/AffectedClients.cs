using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>Finds the clients whose path passes through a document.</summary>
internal static class AffectedClients
{
    /// <summary>Ids in order, looked up in both sets, since a write may move a client from one use case to another.</summary>
    public static IReadOnlyList<string> Of(WorkingSet before, WorkingSet after, IEnumerable<RegistryWrite> writes)
    {
        var (found, useCases) = Collect(before, after, writes);
        foreach (var set in (ReadOnlySpan<WorkingSet>)[before, after])
        {
            found.UnionWith(useCases.SelectMany(set.ClientsOf).Select(static client => client.Id));
        }

        return [.. found];
    }

    /// <summary>Use cases that a write touches, or that pass through what it touches.</summary>
    public static IReadOnlyCollection<string> UseCasesOf(WorkingSet before, WorkingSet after, IEnumerable<RegistryWrite> writes) =>
        Collect(before, after, writes).UseCases;

    private static (SortedSet<string> Clients, HashSet<string> UseCases) Collect(
        WorkingSet before,
        WorkingSet after,
        IEnumerable<RegistryWrite> writes
    )
    {
        var clients = new SortedSet<string>(StringComparer.Ordinal);
        var useCases = new HashSet<string>(StringComparer.Ordinal);
        foreach (var write in writes)
        {
            foreach (var set in (ReadOnlySpan<WorkingSet>)[before, after])
            {
                Collect(set, write.Kind, write.Id, clients, useCases);
            }
        }

        return (clients, useCases);
    }

    private static void Collect(WorkingSet set, RegistryKind kind, string id, SortedSet<string> clients, HashSet<string> useCases)
    {
        switch (kind)
        {
            case RegistryKind.Client:
                clients.Add(id);
                break;
            case RegistryKind.UseCase:
                useCases.Add(id);
                break;
            case RegistryKind.Organization or RegistryKind.Agreement or RegistryKind.Roster:
                useCases.UnionWith(set.UseCasesOf(kind, id).Select(static useCase => useCase.Id));
                break;
            default:
                if (OwnerOf(set.Find(kind, id)) is { } owner)
                {
                    clients.Add(owner);
                }

                break;
        }
    }

    // One that cannot be read closes the client that it seems to belong to: to write over it or to delete it opens that again.
    private static string? OwnerOf(WorkingItem? found) =>
        found switch
        {
            { Entity: Credential credential } => credential.Client,
            { Entity: TaskGrant task } => task.Client,
            { Entity: Approval approval } => approval.Client,
            { Entity: Review review } => review.Client,
            { Entity: null, Item: { Kind: RegistryKind.Credential or RegistryKind.Approval or RegistryKind.Review } item } =>
                StoredBody.ClientIn(item.Json),
            _ => null,
        };
}

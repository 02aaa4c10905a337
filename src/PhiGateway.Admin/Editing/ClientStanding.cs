using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>
/// Says who answers for a client: its owner, who stands in for them, and, of an agent, who is accountable for it. Asked wherever somebody
/// else must decide about it.
/// </summary>
internal static class ClientStanding
{
    /// <summary>Whoever does now; nobody, of a client that is not there.</summary>
    public static IReadOnlyList<string> Of(Client? client) => Named(client?.Owner, client?.Deputy, client?.Charter?.Accountable);

    /// <summary>Whoever does now, and whoever did at a moment or since: nobody becomes a stranger by handing it over.</summary>
    public static IReadOnlyList<string> Since(WorkingSet set, string id, DateTimeOffset moment) =>
        set.Find(RegistryKind.Client, id) is { Entity: Client client, Item: var item }
            ? [.. Of(client), .. AuthorNote.StoodSince(item, moment)]
            : [];

    private static string[] Named(params string?[] names) => [.. names.OfType<string>().Where(static name => name.Length > 0)];
}

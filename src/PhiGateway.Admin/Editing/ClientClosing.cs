using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Validation;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>
/// Writes a client that is closed, with what belongs to it whoever closes it and by whichever door: who did, and that nobody has asked yet
/// that this be lifted.
/// </summary>
internal static class ClientClosing
{
    /// <summary>The stored form of a client that is closed.</summary>
    /// <param name="next">The client as it becomes.</param>
    /// <param name="before">As it is stored.</param>
    /// <param name="persons">Whose act it may be.</param>
    public static string Json(Client next, RegistryItem before, IReadOnlyList<string> persons) =>
        // Whoever asked before that something be lifted asked for something else.
        AuthorNote.WithAsked(AuthorNote.Closed(RegistryJson.Serialize(next), before, persons), []);

    /// <summary>The write of a client that is closed along with others; null: it is closed as far already, or further.</summary>
    /// <remarks>
    /// Security: a quarantined client stays quarantined where others are suspended, since what it had before ends when that is lifted
    /// (fresh authorization), and nobody would see any more that it has to.
    /// </remarks>
    public static RegistryWrite? Along(WorkingItem item, ClientStatus to, string? reason, IReadOnlyList<string> persons) =>
        item.Entity is Client client
        && ClientLifecycle.Allows(client.Status, to)
        && !(client.Status == ClientStatus.Quarantined && to == ClientStatus.Suspended)
            ? new RegistryWrite(
                RegistryKind.Client,
                client.Id,
                Json(client with { Status = to, StatusReason = reason }, item.Item, persons),
                item.Item.Version
            )
            : null;
}

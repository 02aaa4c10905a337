using System.Text.Json;
using PhiGateway.Policy.Compiling;
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
    public static RegistryWrite? Along(WorkingItem item, ClientStatus to, string? reason, IReadOnlyList<string> persons)
    {
        var now = item.Entity is Client known ? known.Status : StatusOf(item.Item.Json);
        if (now is not { } from || !ClientLifecycle.Allows(from, to) || (from == ClientStatus.Quarantined && to == ClientStatus.Suspended))
        {
            return null;
        }

        return item.Entity is Client client
            ? new RegistryWrite(
                RegistryKind.Client,
                client.Id,
                Json(client with { Status = to, StatusReason = reason }, item.Item, persons),
                item.Item.Version
            )
            : Unread(item, to, reason, persons);
    }

    /// <summary>
    /// The write of a client that a newer version wrote and that is closed here: its state, the reason and the notes change, and all else
    /// stays as it is stored (<see cref="EditPlan.KeepsUnknown"/>). Null: it is none of these, or its state leads nowhere there.
    /// </summary>
    /// <remarks>Security: it is open on the nodes that understand it, and whoever closes it need not know what else it says.</remarks>
    public static RegistryWrite? Unread(WorkingItem item, ClientStatus to, string? reason, IReadOnlyList<string> persons)
    {
        if (!item.IsNotUnderstood || StatusOf(item.Item.Json) is not { } now || !ClientLifecycle.Allows(now, to))
        {
            return null;
        }

        var form = StoredBody.Whole(item.Item.Json);
        form["status"] = JsonSerializer.SerializeToNode(to, RegistryJson.Options);
        form["statusReason"] = reason;
        var json = AuthorNote.WithAsked(AuthorNote.Closed(form.ToJsonString(), item.Item, persons), []);
        return new RegistryWrite(RegistryKind.Client, item.Item.Id, json, item.Item.Version);
    }

    /// <summary>The state that a stored client says, whatever else it says; null: no word of this version.</summary>
    public static ClientStatus? StatusOf(string json)
    {
        try
        {
            return StoredBody.WithoutNotes(json)["status"] is { } status
                ? status.Deserialize<ClientStatus>(RegistryJson.Options)
                : ClientStatus.Draft;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

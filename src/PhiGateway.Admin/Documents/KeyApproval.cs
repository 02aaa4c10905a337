using PhiGateway.Admin.Access;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Documents;

/// <summary>Releases a disabled admin key: an approver does, who neither made it, nor knew it, nor is whose it is.</summary>
/// <remarks>
/// Security: what is handed over has two parts. Who made the key saw the first, who releases it sees the second; only the person who is
/// given both can claim the key itself (<see cref="KeyClaim"/>), which neither of them ever sees.
/// </remarks>
internal sealed class KeyApproval(RegistryEditor editor)
{
    /// <summary>Adds the second part of the secret and lets the key work.</summary>
    public async Task<Outcome<DocumentChange>> ApproveAsync(AdminCall call, string id)
    {
        var part = AdminKeyHash.NewKey();
        var edit = new Edit("admin-key.approve", KindWord.Of(RegistryKind.AdminKey, id), set => Plan(call, set, id, part))
        {
            IsSecondPerson = true,
        };
        return (await editor.WriteAsync(call, edit)).Failed(out var problem, out var outcome) ? problem : new DocumentChange(outcome, part);
    }

    private static Outcome<EditPlan> Plan(AdminCall call, WorkingSet set, string id, string part)
    {
        if (set.Find(RegistryKind.AdminKey, id) is not { Entity: AdminKey key } found)
        {
            return AdminProblem.NotFound("admin-key");
        }

        if (ETag.RequireSeen(call, found.Item) is { } unseen)
        {
            return unseen;
        }

        if (!key.Disabled)
        {
            return AdminProblem.Conflict("nothing-to-approve", "Only a disabled key is released; this one works.");
        }

        // What they know already is the first part: whoever made it, and whoever knew the key when it was another's.
        if (Authorship.Includes(found.Item, call) || call.MayBeAny([key.Person, .. AuthorNote.KnownTo(found.Item)]))
        {
            return new AdminProblem(
                403,
                "four-eyes",
                "A second person must approve",
                "You made this key, knew it, or it is yours; somebody else must release it."
            );
        }

        var next = key with { Disabled = false, Hash = AdminKeyHash.Joined(key.Hash, part), Handover = KeyHandover.Unclaimed };
        return new EditPlan([new RegistryWrite(RegistryKind.AdminKey, id, RegistryJson.Serialize(next), found.Item.Version)]);
    }
}

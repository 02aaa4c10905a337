using PhiGateway.Admin.Access;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Documents;

/// <summary>Gives a released admin key to its person, once: what was handed over in parts is spent, and the key itself is shown.</summary>
/// <remarks>
/// Security: from then on only its person has it. Whoever claims in the person's place is noticed: the person's own claim finds the parts
/// spent.
/// </remarks>
internal sealed class KeyClaim(RegistryEditor editor)
{
    /// <summary>Replaces the parts by the key.</summary>
    public async Task<Outcome<DocumentChange>> ClaimAsync(AdminCall call)
    {
        var id = call.Caller.Method[(call.Caller.Method.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var secret = AdminKeyHash.NewKey();
        var edit = new Edit("admin-key.claim", KindWord.Of(RegistryKind.AdminKey, id), set => Plan(set, id, secret))
        {
            IsSecondPerson = true,
        };
        return (await editor.WriteAsync(call, edit)).Failed(out var problem, out var outcome)
            ? problem
            : new DocumentChange(outcome, secret, DocumentChange.Whole);
    }

    private static Outcome<EditPlan> Plan(WorkingSet set, string id, string secret)
    {
        if (set.Find(RegistryKind.AdminKey, id) is not { Entity: AdminKey key } found)
        {
            return AdminProblem.NotFound("admin-key");
        }

        // Two claims at once: the second finds the parts spent.
        if (key.Disabled || key.Handover != KeyHandover.Unclaimed)
        {
            return AdminProblem.Unauthenticated;
        }

        var next = key with { Hash = AdminKeyHash.Of(secret), Handover = KeyHandover.Claimed };
        var json = AuthorNote.Known(RegistryJson.Serialize(next), []);
        return new EditPlan([new RegistryWrite(RegistryKind.AdminKey, id, json, found.Item.Version)]);
    }
}

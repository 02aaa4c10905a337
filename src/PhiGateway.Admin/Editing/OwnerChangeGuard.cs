using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>
/// Refuses to change whose a client is again and again: everybody whose it was is kept, since nobody decides later about a time that was
/// theirs, and a list that may be of any length would be pushed out by names that are nobody's.
/// </summary>
internal static class OwnerChangeGuard
{
    // Owners do not change so often, within five weeks.
    private const int Most = 50;

    /// <summary>The refusal of a write that is one change too many; null: there is none.</summary>
    public static AdminProblem? Check(WorkingSet before, EditPlan plan, DateTimeOffset now)
    {
        foreach (var write in plan.Writes.Where(static write => write is { Kind: RegistryKind.Client, Json: not null }))
        {
            if (
                before.Find(RegistryKind.Client, write.Id) is { Item: { } item }
                && Authorship.Former(write, before, write.Json!).Count > 0
                && AuthorNote.CountFormer(item, now) >= Most
            )
            {
                return AdminProblem.Conflict(
                    "owners-change-too-often",
                    $"client/{write.Id} has had {Most} other owners and deputies within five weeks: suspend it, or make another one."
                );
            }
        }

        return null;
    }
}

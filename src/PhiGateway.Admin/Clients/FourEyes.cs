using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Clients;

/// <summary>Refuses an approval by whoever asked for what is approved, or changed it.</summary>
internal static class FourEyes
{
    public static AdminProblem? Refuse(WorkingSet set, ApprovedClient view, AdminCall call)
    {
        var own = Own(set, view, call);
        return own is null
            ? null
            : new AdminProblem(403, "four-eyes", "A second person must approve", $"You {own}; somebody else must approve it.");
    }

    public static AdminProblem? Refuse(RegistryItem item, AdminCall call) =>
        Authorship.Includes(item, call)
            ? new AdminProblem(
                403,
                "four-eyes",
                "A second person must approve",
                "You changed this use case; somebody else must approve it."
            )
            : null;

    private static string? Own(WorkingSet set, ApprovedClient view, AdminCall call)
    {
        if (view.Client.RequestedBy is { } asked && call.MayBe(asked))
        {
            return "asked for this approval";
        }

        // Not only whoever wrote last: everybody who had a hand in what the last approval did not see.
        return Authorship.Includes(set, view, call) ? "changed what would be approved since it was last approved" : null;
    }
}

using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Says who stands behind the client of an emergency use: whoever does neither decides over it nor makes it wait. Asked by every verb of
/// alerts and by cases.
/// </summary>
internal static class AlertStanding
{
    /// <summary>The refusal of whoever stands behind it; null: the alert is no emergency use, or the caller a stranger to the client.</summary>
    public static AdminProblem? Check(AdminCall call, Alert alert, RegistryItem item, WorkingSet set)
    {
        if (alert.Kind != AlertKinds.Emergency)
        {
            return null;
        }

        var found = set.Find(RegistryKind.Client, alert.Subject[(alert.Subject.IndexOf('/', StringComparison.Ordinal) + 1)..]);
        var client = found?.Entity as Client;
        var former = found is null ? [] : AuthorNote.StoodSince(found.Item, alert.At);

        // Whoever stood behind it when it was used, and whoever does now: nobody becomes a stranger by handing it over.
        string?[] behind = [client?.Owner, client?.Deputy, .. former, .. AuthorNote.Behind(item), .. alert.Notify?.Split(", ") ?? []];
        return call.MayBeAny(behind.OfType<string>())
            ? new AdminProblem(403, "four-eyes", "A second person must decide", "You stand behind this client; somebody else must decide.")
            : null;
    }
}

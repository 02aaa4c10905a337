using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Says who stands behind what an alert tells of: whoever does neither decides over an emergency use nor makes it wait, nor puts another sign
/// of what was done aside. Asked by every verb of alerts and by cases.
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

        string?[] behind = [.. BehindClient(alert, set), .. AuthorNote.Behind(item), .. alert.Notify?.Split(", ") ?? []];
        return call.MayBeAny(behind.OfType<string>())
            ? new AdminProblem(403, "four-eyes", "A second person must decide", "You stand behind this client; somebody else must decide.")
            : null;
    }

    /// <summary>
    /// The same for what ends an alert or lets it wait, of every kind that tells of what somebody did: the growth of a roster or of tasks, and
    /// what the watch found. Who takes or passes it on may stand behind it: whose client it is often knows best.
    /// </summary>
    public static AdminProblem? CheckAside(AdminCall call, Alert alert, RegistryItem item, WorkingSet set)
    {
        if (alert.Kind == AlertKinds.Emergency || !AlertKinds.IsOfAnAct(alert.Kind))
        {
            return Check(call, alert, item, set);
        }

        string?[] behind = [.. BehindClient(alert, set), .. BehindRoster(alert, set), .. BehindPerson(alert), .. AuthorNote.Behind(item)];
        return call.MayBeAny(behind.OfType<string>())
            ? new AdminProblem(
                403,
                "four-eyes",
                "A second person must put it aside",
                "You stand behind what this alert tells of; somebody else must put it aside."
            )
            : null;
    }

    // Whoever stood behind it when it happened, and whoever does now: nobody becomes a stranger by handing it over.
    private static IEnumerable<string?> BehindClient(Alert alert, WorkingSet set)
    {
        if (NamedBy(alert, "client/") is not { } id || set.Find(RegistryKind.Client, id) is not { } found)
        {
            return [];
        }

        var client = found.Entity as Client;
        return [client?.Owner, client?.Deputy, .. AuthorNote.StoodSince(found.Item, alert.At)];
    }

    // Who sees more patients by its growth.
    private static IEnumerable<string?> BehindRoster(Alert alert, WorkingSet set) =>
        NamedBy(alert, "roster/") is { } id
            ? set.UseCasesOf(RegistryKind.Roster, id)
                .SelectMany(useCase => set.ClientsOf(useCase.Id))
                .SelectMany(static client => (string?[])[client.Owner, client.Deputy])
            : [];

    private static IEnumerable<string?> BehindPerson(Alert alert) => [NamedBy(alert, "person/")];

    private static string? NamedBy(Alert alert, string kind) =>
        alert.Subject.StartsWith(kind, StringComparison.Ordinal) ? alert.Subject[kind.Length..] : null;
}

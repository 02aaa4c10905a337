using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// What a person does to an alert as one edit of the registry: finds it, asks whether the caller has seen the newest, changes it. Made for
/// every verb by <see cref="AlertVerbs"/> and <see cref="AlertHandling"/>.
/// </summary>
internal static class AlertEdit
{
    /// <param name="call">Who asks.</param>
    /// <param name="id">Id of the alert.</param>
    /// <param name="verb">As the record names it, such as <c>take</c>.</param>
    /// <param name="reason">Why, for the record.</param>
    /// <param name="change">The alert as it becomes, or why it stays; gets it, its stored form and the registry.</param>
    public static Edit Of(
        AdminCall call,
        string id,
        string verb,
        string? reason,
        Func<Alert, RegistryItem, WorkingSet, Outcome<Alert>> change
    ) =>
        new(
            "alert." + verb,
            KindWord.Of(RegistryKind.Alert, id),
            set =>
            {
                if (set.Find(RegistryKind.Alert, id) is not { Entity: Alert alert, Item: var item })
                {
                    return AdminProblem.NotFound("alert");
                }

                if (ETag.Optional(call, item) is { } stale)
                {
                    return stale;
                }

                if (change(alert, item, set).Failed(out var problem, out var next))
                {
                    return problem;
                }

                return new EditPlan([new RegistryWrite(RegistryKind.Alert, id, RegistryJson.Serialize(next), item.Version)])
                {
                    Note = reason,
                };
            }
        );
}

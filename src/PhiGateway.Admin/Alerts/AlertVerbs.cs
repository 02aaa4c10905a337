using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// open → acknowledged → closed, each with a name on it; closed is final for a person, the gateway alone may open it again.
/// </summary>
internal sealed class AlertVerbs(RegistryEditor editor, TimeProvider time)
{
    public Task<Outcome<EditOutcome>> AcknowledgeAsync(AdminCall call, string id, ReasonBody body) =>
        RunAsync(call, id, body, "acknowledge", AlertState.Acknowledged, reasonRequired: false);

    public Task<Outcome<EditOutcome>> CloseAsync(AdminCall call, string id, ReasonBody body) =>
        RunAsync(call, id, body, "close", AlertState.Closed, reasonRequired: true);

    private async Task<Outcome<EditOutcome>> RunAsync(
        AdminCall call,
        string id,
        ReasonBody body,
        string verb,
        AlertState to,
        bool reasonRequired
    )
    {
        if (reasonRequired && ReasonBody.Require(body.Reason) is { } missing)
        {
            return missing;
        }

        var edit = new Edit(
            "alert." + verb,
            "alert/" + id,
            set =>
            {
                if (set.Find(RegistryKind.Alert, id) is not { Entity: Alert alert } found)
                {
                    return AdminProblem.NotFound("alert");
                }

                if (ETag.Optional(call, found.Item.Version) is { } stale)
                {
                    return stale;
                }

                if (alert.State >= to)
                {
                    return AdminProblem.Conflict(
                        "already-" + alert.State.ToString().ToLowerInvariant(),
                        $"The alert is {alert.State.ToString().ToLowerInvariant()} already."
                    );
                }

                var next = alert with { State = to, HandledBy = call.Person, HandledAt = time.GetUtcNow(), Resolution = body.Reason };
                return new EditPlan([new RegistryWrite(RegistryKind.Alert, id, RegistryJson.Serialize(next), found.Item.Version)])
                {
                    Note = body.Reason,
                };
            }
        );
        return await editor.WriteAsync(call, edit);
    }
}

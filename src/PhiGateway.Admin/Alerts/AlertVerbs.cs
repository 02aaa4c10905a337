using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// open → acknowledged → closed, each with a name on it; closed is final for a person, the gateway alone may open it again.
/// </summary>
internal sealed class AlertVerbs(RegistryEditor editor, IRegistryRules rules, TimeProvider time)
{
    public Task<IResult> AcknowledgeAsync(HttpContext context, string id) =>
        RunAsync(context, id, "acknowledge", AlertState.Acknowledged, reasonRequired: false);

    public Task<IResult> CloseAsync(HttpContext context, string id) =>
        RunAsync(context, id, "close", AlertState.Closed, reasonRequired: true);

    private async Task<IResult> RunAsync(HttpContext context, string id, string verb, AlertState to, bool reasonRequired)
    {
        if ((await VerbBody.ReadAsync<ReasonBody>(context)).Failed(out var problem, out var body))
        {
            return problem;
        }

        if (reasonRequired && VerbBody.RequireReason(body.Reason) is { } missing)
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

                if (ETag.Optional(context, found.Item.Version) is { } stale)
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

                var next = alert with
                {
                    State = to,
                    HandledBy = AdminCaller.Of(context).Person,
                    HandledAt = time.GetUtcNow(),
                    Resolution = body.Reason,
                };
                return new EditPlan([new RegistryWrite(RegistryKind.Alert, id, RegistryJson.Serialize(next), found.Item.Version)])
                {
                    Note = body.Reason,
                };
            }
        );
        return VerbAnswer.Of(await editor.WriteAsync(context, edit), RegistryKind.Alert, id, rules);
    }
}

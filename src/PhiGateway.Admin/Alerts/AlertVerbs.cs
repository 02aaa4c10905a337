using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Acknowledges and closes alerts and takes reviews of emergency uses, each with a name on it (open → acknowledged → closed). Closed is
/// final for a person; the gateway alone may open it again.
/// </summary>
internal sealed class AlertVerbs(RegistryEditor editor, TimeProvider time)
{
    public Task<Outcome<EditOutcome>> AcknowledgeAsync(AdminCall call, string id, ReasonBody body) =>
        RunAsync(call, id, body, "acknowledge", AlertState.Acknowledged, reasonRequired: false);

    public Task<Outcome<EditOutcome>> CloseAsync(AdminCall call, string id, ReasonBody body) =>
        RunAsync(
            call,
            id,
            body,
            "close",
            AlertState.Closed,
            reasonRequired: true,
            static alert =>
                alert.Kind == EmergencyUses.Kind
                    ? AdminProblem.Conflict("needs-review", "An emergency use is decided (:review), not closed.")
                    : null
        );

    /// <summary>Somebody's word on an emergency use: never of who stands behind the client that used it.</summary>
    public Task<Outcome<EditOutcome>> ReviewAsync(AdminCall call, string id, ReviewBody body)
    {
        if (body.Decision is not { } decision)
        {
            return Task.FromResult<Outcome<EditOutcome>>(
                AdminProblem.Invalid("/decision", "required", "justified or unjustified is expected.")
            );
        }

        var said = body.Reason is null ? null : $"{decision.ToString().ToLowerInvariant()}: {body.Reason}";
        return RunAsync(
            call,
            id,
            new ReasonBody(said),
            "review",
            AlertState.Closed,
            reasonRequired: true,
            static alert =>
                alert.Kind == EmergencyUses.Kind
                    ? null
                    : AdminProblem.Conflict("no-review", "Only an emergency use is reviewed; close the alert.")
        );
    }

    private async Task<Outcome<EditOutcome>> RunAsync(
        AdminCall call,
        string id,
        ReasonBody body,
        string verb,
        AlertState to,
        bool reasonRequired,
        Func<Alert, AdminProblem?>? refusal = null
    )
    {
        if (reasonRequired && ReasonBody.Require(body.Reason) is { } missing)
        {
            return missing;
        }

        var edit = AlertEdit.Of(
            call,
            id,
            verb,
            body.Reason,
            (alert, item, set) =>
            {
                if ((refusal?.Invoke(alert) ?? AlertStanding.Check(call, alert, item, set)) is { } refused)
                {
                    return refused;
                }

                if (alert.State >= to)
                {
                    var state = alert.State.ToString().ToLowerInvariant();
                    return AdminProblem.Conflict("already-" + state, $"The alert is {state} already.");
                }

                return alert with
                {
                    State = to,
                    HandledBy = call.Person,
                    HandledAt = time.GetUtcNow(),
                    Resolution = body.Reason,
                };
            }
        );
        return await editor.WriteAsync(call, edit);
    }
}

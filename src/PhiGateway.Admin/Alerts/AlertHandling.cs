using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Says who deals with an alert and that it may wait: take, assign, snooze; each on record with a name. None of them closes it, and an alert
/// that waits is due again at its time.
/// </summary>
internal sealed class AlertHandling(RegistryEditor editor, TimeProvider time)
{
    private const int MaxPerson = 128;

    private static readonly TimeSpan LongestSnooze = TimeSpan.FromDays(30);

    /// <summary>Whoever calls deals with it.</summary>
    public Task<Outcome<EditOutcome>> TakeAsync(AdminCall call, string id, ReasonBody body) =>
        WriteAsync(call, id, "take", body.Reason, alert => Assigned(alert, call, call.Person));

    /// <summary>Somebody else is to deal with it.</summary>
    public Task<Outcome<EditOutcome>> AssignAsync(AdminCall call, string id, AssignBody body)
    {
        if (string.IsNullOrWhiteSpace(body.Person) || body.Person.Length > MaxPerson)
        {
            return Refuse(AdminProblem.Invalid("/person", "required", $"Say who, in at most {MaxPerson} characters."));
        }

        return WriteAsync(call, id, "assign", body.Reason, alert => Assigned(alert, call, body.Person));
    }

    /// <summary>It may wait, with an end.</summary>
    public Task<Outcome<EditOutcome>> SnoozeAsync(AdminCall call, string id, SnoozeBody body)
    {
        if (ReasonBody.Require(body.Reason) is { } missing)
        {
            return Refuse(missing);
        }

        var now = time.GetUtcNow();
        if (body.Until is not { } until || until <= now || until - now > LongestSnooze)
        {
            return Refuse(AdminProblem.Invalid("/until", "out-of-range", "A time within the next 30 days is expected."));
        }

        return WriteAsync(
            call,
            id,
            "snooze",
            body.Reason,
            alert =>
                // Somebody is to have decided by then: it waits at most so long, and beyond it not at all.
                alert.Kind == AlertKinds.Emergency
                && until > EmergencyUses.DueOf(alert)
                    ? AdminProblem.Invalid(
                        "/until",
                        "beyond-due",
                        $"It is to be decided by {EmergencyUses.DueOf(alert).UtcDateTime:yyyy-MM-dd HH:mm} UTC and waits no longer than that."
                    )
                    : alert with
                    {
                        SnoozedUntil = until,
                        HandledBy = call.Person,
                        HandledAt = now,
                    },
            isAside: true
        );
    }

    private Alert Assigned(Alert alert, AdminCall call, string person) =>
        alert with
        {
            State = AlertState.Acknowledged,
            AssignedTo = person,
            SnoozedUntil = null,
            HandledBy = call.Person,
            HandledAt = time.GetUtcNow(),
        };

    private static Task<Outcome<EditOutcome>> Refuse(AdminProblem problem) => Task.FromResult<Outcome<EditOutcome>>(problem);

    private Task<Outcome<EditOutcome>> WriteAsync(
        AdminCall call,
        string id,
        string verb,
        string? reason,
        Func<Alert, Outcome<Alert>> change,
        bool isAside = false
    ) =>
        editor.WriteAsync(
            call,
            AlertEdit.Of(
                call,
                id,
                verb,
                reason,
                (alert, item, set) =>
                {
                    if (alert.State == AlertState.Closed)
                    {
                        return AdminProblem.Conflict("already-closed", "The alert is closed already.");
                    }

                    // Whoever may not decide does not make it wait either, nor take it from those who may.
                    var refused = isAside ? AlertStanding.CheckAside(call, alert, item, set) : AlertStanding.Check(call, alert, item, set);
                    return refused is null ? change(alert) : refused;
                }
            )
        );
}

using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Validation;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Cases;

/// <summary>
/// Opens cases of alerts, puts alerts in and takes them out, notes what was found out, and closes a case with its alerts for a reason; each
/// step with a name on it.
/// </summary>
internal sealed class CaseVerbs(RegistryEditor editor, TimeProvider time)
{
    private const int MostAlerts = 100;
    private const int MostNotes = 500;
    private const int MostNote = 2000;
    private const int MostTitle = 200;

    /// <summary>Opens one; an alert is in one case at most.</summary>
    public Task<Outcome<EditOutcome>> OpenAsync(AdminCall call, OpenCaseBody body)
    {
        if (Named(body.Alerts).Failed(out var problem, out var ids))
        {
            return Refuse(problem);
        }

        if (body.Title is { } title && (string.IsNullOrWhiteSpace(title) || title.Length > MostTitle || !ShownText.IsLine(title)))
        {
            return Refuse(AdminProblem.Invalid("/title", "too-long", $"At most {MostTitle} characters on one line."));
        }

        var now = time.GetUtcNow();
        var id = "case-" + call.RequestId.ToString("N");
        return editor.WriteAsync(
            call,
            new Edit(
                "case.open",
                KindWord.Of(RegistryKind.Case, id),
                set =>
                {
                    if (Find(call, set, ids, null).Failed(out var refused, out var alerts))
                    {
                        return refused;
                    }

                    var newest = alerts.MaxBy(static alert => alert.At)!;
                    var opened = new AlertCase
                    {
                        Id = id,
                        Title = body.Title?.Trim() ?? $"{newest.Kind} of {newest.Subject}",
                        Subject = newest.Subject,
                        Alerts = ids,
                        OpenedBy = call.Person,
                        OpenedAt = now,
                    };
                    return new EditPlan([new RegistryWrite(RegistryKind.Case, id, RegistryJson.Serialize(opened), 0)]);
                }
            )
        );
    }

    /// <summary>Puts alerts into it.</summary>
    public Task<Outcome<EditOutcome>> AddAsync(AdminCall call, string id, CaseAlertsBody body) =>
        Named(body.Alerts).Failed(out var problem, out var ids)
            ? Refuse(problem)
            : ChangeAsync(call, id, "add", (known, set) => Added(call, known, set, ids));

    /// <summary>Takes alerts out of it; the last one stays.</summary>
    public Task<Outcome<EditOutcome>> RemoveAsync(AdminCall call, string id, CaseAlertsBody body) =>
        Named(body.Alerts).Failed(out var problem, out var ids)
            ? Refuse(problem)
            : ChangeAsync(call, id, "remove", (known, _) => Removed(known, ids));

    /// <summary>Notes what was found out.</summary>
    public Task<Outcome<EditOutcome>> NoteAsync(AdminCall call, string id, CaseNoteBody body)
    {
        if (string.IsNullOrWhiteSpace(body.Text) || body.Text.Length > MostNote)
        {
            return Refuse(
                AdminProblem.Invalid("/text", "required", $"Say what was found out, in at most {MostNote} characters without patient data.")
            );
        }

        return ChangeAsync(
            call,
            id,
            "note",
            (known, _) =>
                known.Notes.Count >= MostNotes
                    ? AdminProblem.Conflict("too-many-notes", $"A case holds at most {MostNotes} notes.")
                    : known with
                    {
                        Notes = [.. known.Notes, new CaseNote(time.GetUtcNow(), call.Person, body.Text.Trim())],
                    }
        );
    }

    /// <summary>Closes it and its alerts, but those that need a decision of their own, or that tell of what the caller stands behind.</summary>
    public async Task<Outcome<EditOutcome>> CloseAsync(AdminCall call, string id, ReasonBody body)
    {
        if (ReasonBody.Require(body.Reason) is { } missing)
        {
            return missing;
        }

        return await editor.WriteAsync(
            call,
            new Edit(
                "case.close",
                KindWord.Of(RegistryKind.Case, id),
                set =>
                {
                    if (Open(call, set, id).Failed(out var refused, out var found))
                    {
                        return refused;
                    }

                    var closed = found.Case with
                    {
                        State = CaseState.Closed,
                        ClosedBy = call.Person,
                        ClosedAt = time.GetUtcNow(),
                        Resolution = body.Reason,
                    };
                    return new EditPlan([
                        new RegistryWrite(RegistryKind.Case, id, RegistryJson.Serialize(closed), found.Version),
                        .. Closed(call, set, found.Case, body.Reason!),
                    ])
                    {
                        Note = body.Reason,
                    };
                }
            )
        );
    }

    private IEnumerable<RegistryWrite> Closed(AdminCall call, WorkingSet set, AlertCase known, string reason)
    {
        foreach (var id in known.Alerts)
        {
            if (
                set.Find(RegistryKind.Alert, id) is { Entity: Alert { State: not AlertState.Closed } alert, Item: var stored }
                && alert.Kind != AlertKinds.Emergency
                && AlertStanding.CheckAside(call, alert, stored, set) is null
            )
            {
                var next = alert with
                {
                    State = AlertState.Closed,
                    HandledBy = call.Person,
                    HandledAt = time.GetUtcNow(),
                    Resolution = reason,
                };
                yield return new RegistryWrite(RegistryKind.Alert, id, RegistryJson.Serialize(next), stored.Version);
            }
        }
    }

    private static Outcome<AlertCase> Added(AdminCall call, AlertCase known, WorkingSet set, string[] ids)
    {
        if (Find(call, set, ids, known.Id).Failed(out var refused, out _))
        {
            return refused;
        }

        string[] all = [.. known.Alerts.Concat(ids).Distinct(StringComparer.Ordinal)];
        return all.Length > MostAlerts
            ? AdminProblem.Conflict("too-many-alerts", $"A case holds at most {MostAlerts} alerts.")
            : known with
            {
                Alerts = all,
            };
    }

    private static Outcome<AlertCase> Removed(AlertCase known, string[] ids)
    {
        string[] left = [.. known.Alerts.Where(alert => !ids.Contains(alert))];
        return left.Length == 0
            ? AdminProblem.Conflict("empty-case", "A case is about at least one alert: close it instead.")
            : known with
            {
                Alerts = left,
            };
    }

    private static Outcome<string[]> Named(IReadOnlyList<string>? ids) =>
        ids is not { Count: > 0 and <= MostAlerts } || ids.Any(static id => id is null)
            ? AdminProblem.Invalid("/alerts", "required", $"Name 1 to {MostAlerts} alerts.")
            : ids.Distinct(StringComparer.Ordinal).ToArray();

    private static Outcome<List<Alert>> Find(AdminCall call, WorkingSet set, IReadOnlyList<string> ids, string? into)
    {
        var taken = CaseReports.Membership(set);
        var alerts = new List<Alert>();
        foreach (var id in ids)
        {
            if (set.Find(RegistryKind.Alert, id) is not { Entity: Alert alert, Item: var item })
            {
                return AdminProblem.NotFound("alert");
            }

            if (alert.State != AlertState.Closed && AlertStanding.Check(call, alert, item, set) is { } behind)
            {
                return behind;
            }

            if (taken.TryGetValue(id, out var other) && other != into)
            {
                return AdminProblem.Conflict("in-a-case", $"The alert {id} is in {other} already.");
            }

            alerts.Add(alert);
        }

        return alerts;
    }

    private Task<Outcome<EditOutcome>> ChangeAsync(
        AdminCall call,
        string id,
        string verb,
        Func<AlertCase, WorkingSet, Outcome<AlertCase>> change
    ) =>
        editor.WriteAsync(
            call,
            new Edit(
                "case." + verb,
                KindWord.Of(RegistryKind.Case, id),
                set =>
                    Open(call, set, id).Failed(out var refused, out var found) || change(found.Case, set).Failed(out refused, out var next)
                        ? refused
                        : new EditPlan([new RegistryWrite(RegistryKind.Case, id, RegistryJson.Serialize(next), found.Version)])
            )
        );

    private static Outcome<Found> Open(AdminCall call, WorkingSet set, string id)
    {
        if (set.Find(RegistryKind.Case, id) is not { Entity: AlertCase known, Item: var stored })
        {
            return AdminProblem.NotFound("case");
        }

        if (ETag.Optional(call, stored) is { } stale)
        {
            return stale;
        }

        return known.State == CaseState.Closed
            ? AdminProblem.Conflict("already-closed", "The case is closed already.")
            : new Found(known, stored.Version);
    }

    private static Task<Outcome<EditOutcome>> Refuse(AdminProblem problem) => Task.FromResult<Outcome<EditOutcome>>(problem);

    private sealed record Found(AlertCase Case, long Version);
}

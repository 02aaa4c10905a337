using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Shows whoever decides about an emergency use what was said when it was used, and how much it touched: out of the trail, and the look is on
/// record before anything is shown. Called by the endpoint and the console.
/// </summary>
/// <remarks>
/// Security: the calls that the alert names are read first and by their ids, so however many others the client makes on that day, what was
/// said at the first of them is shown. Whose a call is, is told by the alerts that there are, not by counting anew what could be read.
/// </remarks>
internal sealed class EmergencyReports(AlertInbox inbox, WorkingSetSource sets, IAuditStore trail, TrailSearch looks)
{
    // Calls of one client on one day that are read for it; of more it is said that they are not counted.
    internal const int MostRead = 5000;

    /// <summary>One use, for whoever may read it: the look is on record first.</summary>
    public async Task<Outcome<EmergencyReport>> ReadAsync(AdminCall call, string id) =>
        (await LookAsync(call, id)).Failed(out var problem, out var alert) ? problem : await ReadAsync(alert, call.Cancelled);

    /// <summary>Whether somebody may read what was said at a use; the look is on record when this returns.</summary>
    /// <returns>The use; or why not.</returns>
    public async Task<Outcome<Alert>> LookAsync(AdminCall call, string id)
    {
        if ((await inbox.FindAsync(call, id)).Failed(out var problem, out var found))
        {
            return problem;
        }

        if (ClientOf(found.Alert) is null)
        {
            return AdminProblem.Conflict("no-review", "Only an emergency use has a justification.");
        }

        var alert = found.Alert;

        // Whoever only decides reads what waits for a decision of theirs.
        var isReader = call.Caller.HasAny([AdminRoles.Auditor, AdminRoles.PrivacyOfficer]);
        if (!isReader && alert.State == AlertState.Closed)
        {
            return AdminProblem.Forbidden("It is decided: what was said is for auditors and privacy officers now.");
        }

        await looks.RecordAsync(call, "audit.emergency", "alert=" + alert.Id, null, null);
        return alert;
    }

    /// <summary>What a use was, whose look was put on record; may take longer than a page.</summary>
    /// <param name="alert">The use.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<Outcome<EmergencyReport>> ReadAsync(Alert alert, CancellationToken cancellationToken)
    {
        var client = ClientOf(alert) ?? DayUses.Nobody;
        var day = new DateTimeOffset(alert.At.UtcDateTime.Date, TimeSpan.Zero);
        var details = new UseDetails();
        var use = new DayUse(client, alert.Id) { Details = details };
        var isCut = await ReadAsync(use, alert, day, cancellationToken);
        return use.Calls > 0
            ? new EmergencyReport(
                use.Calls,
                use.First.Time,
                use.Last.Time,
                details.Patients,
                details.Patients == UseDetails.MostPatients || isCut,
                details.Tenants,
                details.Reasons,
                details.OtherCalls,
                details.WordlessCalls
            )
            : AdminProblem.NotFound("record of this emergency use");
    }

    private static string? ClientOf(Alert alert) =>
        alert.Kind == EmergencyUses.Kind && alert.Subject.Split('/', 2) is ["client", var client] ? client : null;

    // Whether there were more than were read.
    private async Task<bool> ReadAsync(DayUse use, Alert alert, DateTimeOffset day, CancellationToken cancellationToken)
    {
        var set = await sets.GetAsync(cancellationToken);
        var taken = new HashSet<Guid>();
        var calls = new AuditQuery
        {
            Actor = EmergencyUse.Actor,
            Kind = AuditKind.Override,
            Limit = PageRequest.Most,
        };
        foreach (var decision in alert.Records)
        {
            if (Guid.TryParse(decision, out var id))
            {
                await TakeAllAsync(calls with { Id = id });
            }
        }

        return await TakeAllAsync(
            calls with
            {
                From = day,
                To = day.AddDays(1),
                Client = use.Client == DayUses.Nobody ? null : use.Client,
            }
        );

        async Task<bool> TakeAllAsync(AuditQuery query)
        {
            for (var read = 0; ; )
            {
                var page = await trail.QueryAsync(query, cancellationToken);
                Take(page.Entries);
                read += page.Entries.Count;
                if (page.Next is null || read >= MostRead)
                {
                    return page.Next is not null;
                }

                query = query with { Cursor = page.Next };
            }
        }

        void Take(IReadOnlyList<AuditEntry> entries)
        {
            foreach (var entry in entries)
            {
                if (
                    entry is { Kind: AuditKind.Override, Actor: EmergencyUse.Actor }
                    && entry.Read() is { } record
                    && AlertOf(set, record, day) == alert.Id
                    && taken.Add(record.Id)
                )
                {
                    use.Add(record);
                }
            }
        }
    }

    // Of a token that has no alert of its own it is the one of all further tokens.
    private static string AlertOf(WorkingSet set, AuditRecord record, DateTimeOffset day)
    {
        var client = record.Client ?? DayUses.Nobody;
        var own = AlertKinds.IdOf(EmergencyUses.Kind, DayUses.KeyOf(client, record.TokenHash, day));
        return set.Find(RegistryKind.Alert, own) is null
            ? AlertKinds.IdOf(EmergencyUses.Kind, DayUses.KeyOf(client, DayUses.RestOf, day))
            : own;
    }
}

/// <summary>What one emergency use was, for who decides about it.</summary>
/// <param name="Calls">How many calls.</param>
/// <param name="First">The first of them, UTC.</param>
/// <param name="Last">The last of them, UTC.</param>
/// <param name="Patients">How many patients were asked for.</param>
/// <param name="IsAtLeast">Whether there may be more than were counted.</param>
/// <param name="Tenants">Tenants that were asked.</param>
/// <param name="Reasons">What was said, the most frequent first. May name a patient: PHI.</param>
/// <param name="OtherCalls">Calls with further reasons.</param>
/// <param name="WordlessCalls">Calls of which no reason is known.</param>
public sealed record EmergencyReport(
    long Calls,
    DateTimeOffset First,
    DateTimeOffset Last,
    int Patients,
    bool IsAtLeast,
    IReadOnlyList<string> Tenants,
    IReadOnlyList<EmergencyReason> Reasons,
    long OtherCalls,
    long WordlessCalls
);

/// <summary>What was said at some of the calls.</summary>
/// <param name="Words">The justification as it was sent. May name a patient: PHI.</param>
/// <param name="Calls">At how many calls.</param>
public sealed record EmergencyReason(string Words, long Calls);

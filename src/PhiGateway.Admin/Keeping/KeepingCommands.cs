using System.Text.Json;
using PhiGateway.Admin.Accounting;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Cases;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Records;

namespace PhiGateway.Admin.Keeping;

/// <summary>
/// Sets and lifts holds on deletion, and deletes a month of the trail when nothing keeps it; each step is on record first.
/// </summary>
internal sealed class KeepingCommands(
    KeepingRegister register,
    KeepingPlanner planner,
    CaseReports cases,
    TrailNames names,
    ShippedSteps steps,
    TrailSearch looks,
    IAuditJournal journal,
    AdminJournal records,
    TimeProvider time,
    IAuditKeeping? keeping = null
)
{
    private static readonly (bool? IsDone, long Records) NotDeleted = (false, 0);

    /// <summary>Every hold.</summary>
    public async Task<Outcome<LegalHoldList>> HoldsAsync(AdminCall call)
    {
        await looks.RecordAsync(call, "audit.keeping", "holds", null, null);
        return new LegalHoldList([.. (await register.ReadAsync(call.Cancelled)).Select(static stored => stored.Hold)]);
    }

    /// <summary>How long each month is kept.</summary>
    public async Task<Outcome<KeepingReport>> ReportAsync(AdminCall call)
    {
        await looks.RecordAsync(call, "audit.keeping", "months", null, null);
        return await planner.ReportAsync(call);
    }

    /// <summary>Sets a hold.</summary>
    public async Task<Outcome<RegisterEntry>> HoldAsync(AdminCall call, LegalHoldBody body)
    {
        if (ReasonBody.Require(body.Reason) is { } none)
        {
            return none;
        }

        var patient = new TrailQuery(Patient: body.Patient).PatientId;
        if (body.Patient is not null && patient is null)
        {
            return AdminProblem.Invalid("/patient", "invalid", "A patient's logical id is expected, with or without 'Patient/' before it.");
        }

        var isOfCase = body.Case is not null;
        if (isOfCase == body.Tenant is not null || (isOfCase && patient is not null) || body.Tenant is "" or TrailQuery.Every)
        {
            return AdminProblem.Invalid("/tenant", "required", "Name a tenant, a patient of a tenant, or a case alone.");
        }

        if (body.Tenant is { } tenant && await names.FindUnknownTenantsAsync([tenant], call.Cancelled) is [_, ..])
        {
            // A hold on a misspelt tenant would keep nothing and look as if it did.
            return AdminProblem.Invalid("/tenant", "unknown", "Neither a route, a use case nor a record is of such a tenant.");
        }

        IReadOnlyList<string>? shown = null;
        if (isOfCase)
        {
            if ((await cases.ViewAsync(call, body.Case!)).Failed(out var problem, out var view))
            {
                return problem;
            }

            shown = KeepingPlanner.RecordsOf(view);
        }

        if (call.IsDryRun)
        {
            return new RegisterEntry(Guid.Empty, KeepingRegister.Hold);
        }

        var content = new LegalHoldContent(body.Reason!, body.Case, shown);
        await register.WriteAsync(call, KeepingRegister.Hold, Guid.Empty, body.Tenant, patient, content);
        return new RegisterEntry(call.RequestId, KeepingRegister.Hold);
    }

    /// <summary>Agrees that a hold is lifted; it is when a second person does.</summary>
    public async Task<Outcome<RegisterEntry>> LiftAsync(AdminCall call, string id, ReasonBody body)
    {
        if (ReasonBody.Require(body.Reason) is { } none)
        {
            return none;
        }

        var stored = (await register.ReadAsync(call.Cancelled)).FirstOrDefault(one => one.Hold.Id.ToString("D") == id);
        if (stored is null)
        {
            return AdminProblem.NotFound("hold");
        }

        if (stored.Hold.LiftedAt is not null)
        {
            return AdminProblem.Conflict("lifted", "The hold was lifted before.");
        }

        if (call.MayBeAny(stored.Lifters))
        {
            return AdminProblem.Conflict("second-person", $"{stored.Hold.LiftAskedBy} has agreed; a second person lifts it.");
        }

        if (!call.IsDryRun)
        {
            var content = new LegalHoldContent(body.Reason!, Persons: call.Persons);
            await register.WriteAsync(call, KeepingRegister.Lift, stored.Hold.Id, stored.Hold.Tenant, stored.Patient, content);
        }

        return new RegisterEntry(call.IsDryRun ? Guid.Empty : call.RequestId, KeepingRegister.Lift);
    }

    /// <summary>Deletes a month, or says what would go.</summary>
    public async Task<Outcome<DeletedMonth>> DeleteAsync(AdminCall call, DeleteMonthBody body)
    {
        if (KeepingMonths.Parse(body.Month) is not { } month)
        {
            return AdminProblem.Invalid("/month", "invalid", "A month such as 2015-03 is expected.");
        }

        if (ReasonBody.Require(body.Reason) is { } none)
        {
            return none;
        }

        if (await FindKeeperAsync(call, body.Month!) is { } kept)
        {
            return kept.Status == 404 && await FindUnfinishedAsync(call, month, body.Month!) is { } unfinished
                ? await CompleteAsync(call, body.Month!, unfinished)
                : kept;
        }

        var ranges = await keeping!.ListRangesAsync(month, call.Cancelled);
        var found = new DeletedMonth(body.Month!, ranges.Sum(static range => range.Count), ranges, IsDeleted: false);
        return call.IsDryRun ? found : await DeleteAsync(call, month, body.Reason!, found);
    }

    private async Task<Outcome<DeletedMonth>> DeleteAsync(AdminCall call, int month, string reason, DeletedMonth found)
    {
        var intent = records.Create(call, KeepingMonths.DeletionEvent, "audit/" + found.Month, call.RequestId, Guid.Empty, AuditKind.Hold);
        intent.After = JsonSerializer.Serialize(
            new
            {
                month = found.Month,
                reason,
                records = found.Records,
                logs = found.Logs.Select(static range => new
                {
                    log = range.Log,
                    first = range.First,
                    last = range.Last,
                    count = range.Count,
                }),
            }
        );
        await journal.AppendAsync(intent);
        if (await FindLateKeeperAsync(call, intent.Id, found.Month) is { } kept)
        {
            await EndAsync(call, found.Month, NotDeleted, "not deleted: " + kept.Code);
            return kept;
        }

        long gone;
        try
        {
            // What was begun is done to its end, whoever has left meanwhile.
            gone = await keeping!.DeleteMonthAsync(month, CancellationToken.None);
        }
        catch (InvalidOperationException refused)
        {
            await EndAsync(call, found.Month, NotDeleted, "not deleted: " + refused.Message);
            return AdminProblem.Conflict("not-deleted", refused.Message);
        }
        catch (Exception)
        {
            // It may be done all the same: whoever asks again completes it, or deletes what is still there.
            await EndAsync(call, found.Month, (null, 0), "unknown: the store did not say whether it was done");
            throw;
        }

        await EndAsync(call, found.Month, (true, gone), FormattableString.Invariant($"deleted, records={gone}"));
        return found with { Records = gone, IsDeleted = true };
    }

    // A deletion of this node whose end nobody knows, of a month of which the store holds nothing any more; null: none.
    private async Task<BegunDestruction?> FindUnfinishedAsync(AdminCall call, int month, string name)
    {
        var begun = await register.ReadDeletionsAsync(name, time.GetUtcNow(), call.Cancelled);
        return BegunDestruction.Unfinished(begun) is { } unfinished && (await keeping!.ListRangesAsync(month, call.Cancelled)).Count == 0
            ? unfinished
            : null;
    }

    // What it was to delete stands in the record that began it, and verifiers go by that: here only its end is said.
    private async Task<Outcome<DeletedMonth>> CompleteAsync(AdminCall call, string month, BegunDestruction unfinished)
    {
        if (!call.IsDryRun)
        {
            await EndAsync(call, month, (true, unfinished.Records), "deleted before: the month is not in the store", unfinished.Id);
        }

        return new DeletedMonth(month, unfinished.Records, [], IsDeleted: !call.IsDryRun);
    }

    // What stands in the way of a month's deletion; null: nothing.
    private async Task<AdminProblem?> FindKeeperAsync(AdminCall call, string month)
    {
        if ((await planner.ReportAsync(call)).Failed(out var problem, out var report))
        {
            return problem;
        }

        if (report.UnknownTenants is [var unknown, ..])
        {
            return AdminProblem.Conflict(
                "unknown-tenant",
                $"Audit:Keep:YearsOf names '{unknown}', which is no tenant: whose records it was to keep is not known."
            );
        }

        return report.Months.FirstOrDefault(one => one.Month == month) switch
        {
            null => AdminProblem.NotFound("month in the store"),
            { IsDue: false } kept => AdminProblem.Conflict(
                "kept",
                FormattableString.Invariant($"{kept.Month} is kept until {kept.KeptUntil:yyyy-MM-dd}.")
            ),
            { Holds: { Count: > 0 } holds } => AdminProblem.Conflict("held", $"It is under the hold {string.Join(", ", holds)}."),
            _ => null,
        };
    }

    // A hold that was set before the intent may still be on its way to the store.
    private async Task<AdminProblem?> FindLateKeeperAsync(AdminCall call, Guid intent, string month)
    {
        try
        {
            return await steps.WaitAsync(call, intent) ?? await FindKeeperAsync(call, month);
        }
        catch (Exception)
        {
            await EndAsync(call, month, NotDeleted, "not deleted: what keeps it could not be looked up");
            throw;
        }
    }

    // Verifiers go by what it says after, never by the note.
    private async Task EndAsync(AdminCall call, string month, (bool? IsDone, long Records) end, string note, Guid? begun = null)
    {
        var record = records.Create(
            call,
            KeepingMonths.DeletedEvent,
            "audit/" + month,
            Guid.CreateVersion7(),
            begun ?? call.RequestId,
            AuditKind.Hold
        );
        record.After = JsonSerializer.Serialize(
            new
            {
                month,
                deleted = end.IsDone,
                records = end.Records,
            }
        );
        record.Note = note;
        await journal.AppendAsync(record, AuditLane.Reserved);
    }
}

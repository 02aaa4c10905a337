using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Cases;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Keeping;

/// <summary>
/// Says of each month until when it is kept, and which holds keep it beyond that. What cannot be told apart is kept: a month is deleted
/// whole or not at all.
/// </summary>
internal sealed class KeepingPlanner(
    KeepingRegister register,
    CaseReports cases,
    TrailNames names,
    AdminOptions options,
    TimeProvider time,
    IAuditKeeping? keeping = null,
    IPatientPseudonym? pseudonym = null
)
{
    // Of a hold's own record, which lists them.
    private const int MostRecords = 5000;

    public static readonly AdminProblem NoStore = AdminProblem.Conflict("not-kept-here", "This node's trail is not kept by months.");

    /// <summary>Every month.</summary>
    public async Task<Outcome<KeepingReport>> ReportAsync(AdminCall call)
    {
        if (keeping is null)
        {
            return NoStore;
        }

        var now = time.GetUtcNow();
        var months = await keeping.ListMonthsAsync(call.Cancelled);
        var held = new List<(Guid Hold, Func<KeptMonth, bool> Keeps)>();
        foreach (var stored in (await register.ReadAsync(call.Cancelled)).Where(static stored => stored.Hold.LiftedAt is null))
        {
            held.Add((stored.Hold.Id, await KeptByAsync(call, stored, keeping)));
        }

        var unknown = await names.FindUnknownTenantsAsync([.. options.Keeping.YearsOf.Keys.Order(StringComparer.Ordinal)], call.Cancelled);
        return new KeepingReport(
            options.Keeping.Of(null),
            options.Keeping.YearsOf,
            unknown,
            [
                .. months.Select(month =>
                {
                    var until = KeepingMonths.End(month.Month).AddYears(YearsOf(month));
                    return new KeepingMonth(
                        KeepingMonths.Text(month.Month),
                        until,
                        until <= now,
                        [.. held.Where(one => one.Keeps(month)).Select(static one => one.Hold)]
                    );
                }),
            ]
        );
    }

    /// <summary>The holds that keep a tenant's content of a month. What is on another tenant, or on a patient of one, does not.</summary>
    public async Task<IReadOnlyList<Guid>> HoldsOnAsync(AdminCall call, IAuditKeeping months, int month, string tenant)
    {
        var holds = new List<Guid>();
        foreach (var stored in await register.ReadAsync(call.Cancelled))
        {
            if (
                stored.Hold.LiftedAt is null
                && (stored.Hold.Tenant ?? tenant) == tenant
                && (await KeptByAsync(call, stored, months))(new KeptMonth(month, [tenant]))
            )
            {
                holds.Add(stored.Hold.Id);
            }
        }

        return holds;
    }

    /// <summary>The records that show a case; null when one of its alerts is gone or names what is no id, or there are too many to list.</summary>
    public static IReadOnlyList<string>? RecordsOf(CaseView view) =>
        view.Alerts.Count == view.Case.Alerts.Count && view.Records.Count <= MostRecords && IdsOf(view.Records) is not null
            ? view.Records
            : null;

    private static Guid[]? IdsOf(IReadOnlyList<string>? records) =>
        records?.All(static record => Guid.TryParse(record, out _)) == true ? [.. records.Select(Guid.Parse)] : null;

    private int YearsOf(KeptMonth month) => month.Tenants.Select(options.Keeping.Of).DefaultIfEmpty(options.Keeping.Of(null)).Max();

    private async Task<Func<KeptMonth, bool>> KeptByAsync(AdminCall call, StoredHold stored, IAuditKeeping months)
    {
        if (stored.Hold.Of == KeepingRegister.OfUnreadable)
        {
            return static _ => true;
        }

        var own = KeepingMonths.Of(stored.Hold.SetAt);
        if (stored is { Patient: { } patient, Hold.Tenant: { } tenant })
        {
            if (pseudonym is null)
            {
                return static _ => true;
            }

            string[] keys = [pseudonym.Of(tenant, patient), pseudonym.OfWithheld(tenant, patient)];
            var found = await months.MonthsOfPatientAsync(keys, call.Cancelled);
            return month => month.Month == own || found.Contains(month.Month);
        }

        if (stored.Hold.Case is { } id)
        {
            // A case that cannot be read whole, now or when the hold was set, could be about anything.
            if (
                (await cases.ViewAsync(call, id)).Failed(out _, out var view)
                || IdsOf(RecordsOf(view)) is not { } now
                || IdsOf(stored.Records) is not { } then
            )
            {
                return static _ => true;
            }

            // What was taken out of it since stays held.
            var found = await months.MonthsOfRecordsAsync([.. then.Union(now)], call.Cancelled);
            return month => month.Month == own || found.Contains(month.Month);
        }

        return month => month.Month == own || month.Tenants.Contains(stored.Hold.Tenant);
    }
}

using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Tells what happened to one alert, when and by whom, out of the trail: raised, taken, assigned, put off, escalated, closed. The look is on
/// record. Called by the console for those who may read the history of the registry.
/// </summary>
internal sealed class AlertHistory(IAuditStore trail, TrailSearch looks)
{
    // Records of one look at the store, and those that one call looks at: an alert is dealt with within days.
    private const int OneLook = 200;
    private const int MostLooked = 1000;
    private const string Intent = "intent";

    // A node's clock may be behind that of the one which raised it.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    /// <summary>Everything that was written of it, the newest first.</summary>
    public async Task<AlertPast> ReadAsync(AdminCall call, Alert alert)
    {
        await looks.RecordAsync(call, "alert.history", "alert=" + alert.Id, null, null);
        var target = KindWord.Of(RegistryKind.Alert, alert.Id);
        var query = new AuditQuery
        {
            Kind = AuditKind.Admin,
            From = alert.At - Skew,
            Limit = OneLook,
        };
        var (found, done) = (new List<AlertAct>(), new HashSet<Guid>());
        for (var looked = 0; ; )
        {
            var page = await trail.QueryAsync(query, call.Cancelled);
            looked += page.Entries.Count;
            foreach (var record in page.Entries.Select(static entry => entry.Read()).OfType<AuditRecord>())
            {
                if (record is { Revision: > 0, Status: 200, Before: null, After: null })
                {
                    done.Add(record.ParentId);
                }
                else if (record.Target == target && (record.Before ?? record.After) is not null && IsDone(record, done))
                {
                    found.Add(new AlertAct(record.Id, record.Time, record.Actor, record.Event, WhyOf(record)));
                }
            }

            if (page.Next is null || looked >= MostLooked)
            {
                return new AlertPast(found, page.Next is not null);
            }

            query = query with { Cursor = page.Next };
        }
    }

    // The outcome of an act is newer than its intent, and so is seen before it; the gateway itself writes no outcome.
    private static bool IsDone(AuditRecord record, HashSet<Guid> done) =>
        record.Actor == AlertWriter.Gateway || done.Contains(record.ParentId == Guid.Empty ? record.Id : record.ParentId);

    private static string? WhyOf(AuditRecord record) =>
        record.Note?.StartsWith(Intent + ": ", StringComparison.Ordinal) == true ? record.Note[(Intent.Length + 2)..] : null;
}

/// <summary>What happened to an alert.</summary>
/// <param name="Acts">The newest first.</param>
/// <param name="IsCut">Whether there may be older ones that were not looked for.</param>
public sealed record AlertPast(IReadOnlyList<AlertAct> Acts, bool IsCut);

/// <summary>One thing that happened to an alert.</summary>
/// <param name="Record">Id of the record in the trail.</param>
/// <param name="At">When, UTC.</param>
/// <param name="By">Who.</param>
/// <param name="Event">What, such as <c>alert.take</c>.</param>
/// <param name="Why">Why, in words; null: nobody said.</param>
public sealed record AlertAct(Guid Record, DateTimeOffset At, string? By, string Event, string? Why);

using System.Globalization;
using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Makes an alert of every emergency use in the trail: the owner is told, and it waits for somebody else's decision; run by the host.
/// </summary>
/// <remarks>
/// One alert per client, token and day, however many calls it was, and one for all tokens of a client beyond the hundredth. It is worked out
/// from the trail anew at each look, so a restart, another node or a look that failed loses none; further use after a decision opens it
/// again.
/// </remarks>
public sealed class EmergencyUses
{
    /// <summary>Kind of the alert.</summary>
    public const string Kind = AlertKinds.Emergency;

    // How soon after the first call somebody is to have decided.
    private static readonly TimeSpan DecideWithin = TimeSpan.FromDays(1);

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);

    // The first look of a process goes back further: for a control plane that was down for long.
    private static readonly int[] DaysBack = [1, 30];

    private readonly WorkingSetSource _sets;
    private readonly AlertWriter _writer;
    private readonly IAuditStore _trail;
    private readonly TimeProvider _time;
    private readonly ILogger<EmergencyUses> _log;

    internal EmergencyUses(
        IRegistryStore store,
        WorkingSetSource sets,
        IAuditJournal journal,
        IAuditStore trail,
        TimeProvider time,
        ILogger<EmergencyUses> log
    ) => (_sets, _writer, _trail, _time, _log) = (sets, new AlertWriter(store, journal, time), trail, time, log);

    /// <summary>By when somebody is to have decided over a use.</summary>
    public static DateTimeOffset DueOf(Alert alert) => alert.Due ?? (alert.At + DecideWithin);

    /// <summary>Looks until it is stopped; a fault waits for the next look.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var isFirst = true;
        var isTold = false;
        while (true)
        {
            try
            {
                await RunOnceAsync(DaysBack[isFirst ? 1 : 0], cancellationToken);
                (isFirst, isTold) = (false, false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
#pragma warning disable CA1031 // The store or the journal may be away; what was used stands in the trail until it is looked at.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                if (!isTold)
                {
                    AdminLog.EmergencyUsesFailed(_log, fault.GetType().Name);
                    isTold = true;
                }
            }

            await Task.Delay(Period, _time, cancellationToken);
        }
    }

    /// <summary>One look, day by day, the oldest first; returns how many alerts were written.</summary>
    /// <param name="daysBack">How many whole days before today are looked at.</param>
    /// <param name="cancellationToken">Stops it, between one page and the next too.</param>
    public async Task<int> RunOnceAsync(int daysBack, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var written = 0;
        for (var day = today.AddDays(-daysBack); day <= today; day = day.AddDays(1))
        {
            var uses = await ReadAsync(day, cancellationToken);
            if (uses.Count == 0)
            {
                continue;
            }

            // Each day's alerts stand before the next day is read: a look that breaks off has not looked in vain.
            var set = await _sets.GetAsync(cancellationToken);
            foreach (var use in uses)
            {
                written += await WriteAsync(set, use) ? 1 : 0;
            }
        }

        return written;
    }

    // What is kept of a day is bounded by its alerts, not by its calls.
    private async Task<IReadOnlyList<DayUse>> ReadAsync(DateTimeOffset day, CancellationToken cancellationToken)
    {
        var found = new DayUses(day);
        var query = new AuditQuery
        {
            From = day,
            To = day.AddDays(1),
            Actor = EmergencyUse.Actor,
            Kind = AuditKind.Override,
            Limit = PageRequest.Most,
        };
        while (true)
        {
            var page = await _trail.QueryAsync(query, cancellationToken);
            foreach (var entry in page.Entries)
            {
                if (entry.Read() is { } record)
                {
                    found.Add(record);
                }
            }

            if (page.Next is null)
            {
                return found.ToList();
            }

            query = query with { Cursor = page.Next };
        }
    }

    private async Task<bool> WriteAsync(WorkingSet set, DayUse use)
    {
        var alert = Alert(set, use);
        var there = set.Find(RegistryKind.Alert, alert.Id);
        if (there?.Entity is Alert { Kind: Kind } stands && stands.Evidence == alert.Evidence)
        {
            return await NameRecordsAsync(set, there.Item, stands, alert.Records);
        }

        // Whoever answered for the client at one of these calls, or at an earlier look: nobody decides later about a time that was theirs. Nor
        // does whoever called, where a token says the name under which that person acts here.
        var known = set.Find<Client>(RegistryKind.Client, use.Client);
        var earlier = there is null ? [] : AuthorNote.Behind(there.Item);
        var behind = earlier.Concat(use.Owners).Concat(use.Users).Concat(ClientStanding.Of(known));
        var json = AuthorNote.WithBehind(RegistryJson.Serialize(alert), behind);
        await _writer.WriteAsync(there is null ? AlertWriter.Raised : "alert.update", alert.Id, json, there?.Item, set.Revision);
        return true;
    }

    // One that was raised when alerts named no records: it is given them, and whatever somebody decided stays.
    private async Task<bool> NameRecordsAsync(WorkingSet set, RegistryItem item, Alert stands, IReadOnlyList<string> records)
    {
        if (stands.Records.Count > 0)
        {
            return false;
        }

        var json = AuthorNote.Carried(RegistryJson.Serialize(stands with { Records = records }), item);
        return await _writer.WriteAsync("alert.update", stands.Id, json, item, set.Revision);
    }

    // Why it was asked for may name a patient: it stands in the record, which the decision's id leads to.
    private static Alert Alert(WorkingSet set, DayUse use)
    {
        var (first, last) = (use.First, use.Last);
        var known = set.Find<Client>(RegistryKind.Client, use.Client);
        return new Alert
        {
            Id = AlertKinds.IdOf(Kind, use.Key),
            Kind = Kind,
            Subject = KindWord.Of(RegistryKind.Client, use.Client),
            At = first.Time,
            Due = first.Time + DecideWithin,
            Severity = AlertSeverity.Urgent,
            Lane = AlertLane.Act,
            Evidence = string.Create(
                CultureInfo.InvariantCulture,
                $"{use.Calls} emergency call{(use.Calls == 1 ? string.Empty : "s")}{use.Tokens} for {first.Purpose} "
                    + $"in tenant {first.Tenant}; "
                    + $"decision {first.Decision:D}, last {last.Decision:D} at {last.Time.UtcDateTime:yyyy-MM-dd HH:mm:ss}. "
                    + $"The justification is in the record."
            ),
            Records = use.Records,
            Notify = AlertWriter.NotifyOf(known?.Owner ?? first.Owner, known?.Deputy),
        };
    }
}

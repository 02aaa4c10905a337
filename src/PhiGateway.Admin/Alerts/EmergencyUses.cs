using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
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
/// One alert per client, token and day, however many calls it was. It is worked out from the trail anew at each look, so a restart, another
/// node or a look that failed loses none; further use after a decision opens it again.
/// </remarks>
public sealed class EmergencyUses
{
    /// <summary>Kind of the alert.</summary>
    public const string Kind = EmergencyUse.Event;

    private const string Gateway = "system";

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);

    // The first look of a process goes back further: for a control plane that was down for long.
    private static readonly int[] DaysBack = [1, 30];

    private readonly IRegistryStore _store;
    private readonly WorkingSetSource _sets;
    private readonly IAuditJournal _journal;
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
    ) => (_store, _sets, _journal, _trail, _time, _log) = (store, sets, journal, trail, time, log);

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

    /// <summary>One look; returns how many alerts were written.</summary>
    /// <param name="daysBack">How many whole days before today are looked at.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<int> RunOnceAsync(int daysBack, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var uses = await ReadAsync(new DateTimeOffset(now.UtcDateTime.Date.AddDays(-daysBack), TimeSpan.Zero), cancellationToken);
        if (uses.Count == 0)
        {
            return 0;
        }

        var set = await _sets.GetAsync(cancellationToken);
        var written = 0;
        foreach (
            var use in uses.GroupBy(static record => (record.Client, record.TokenHash, DateOnly.FromDateTime(record.Time.UtcDateTime)))
        )
        {
            var alert = Alert(set, [.. use.OrderBy(static record => record.Time)]);
            var there = set.Find(RegistryKind.Alert, alert.Id);
            if ((there?.Entity as Alert)?.Evidence == alert.Evidence)
            {
                continue;
            }

            await WriteAsync(alert, there?.Item, set.Revision, now);
            written++;
        }

        return written;
    }

    private async Task<List<AuditRecord>> ReadAsync(DateTimeOffset from, CancellationToken cancellationToken)
    {
        var found = new List<AuditRecord>();
        var query = new AuditQuery
        {
            From = from,
            Actor = EmergencyUse.Actor,
            Kind = AuditKind.Override,
            Limit = PageRequest.Most,
        };
        while (true)
        {
            var page = await _trail.QueryAsync(query, cancellationToken);
            found.AddRange(page.Entries.Select(Read).OfType<AuditRecord>());
            if (page.Next is null)
            {
                return found;
            }

            query = query with { Cursor = page.Next };
        }
    }

    private static AuditRecord? Read(AuditEntry entry)
    {
        try
        {
            return AuditRecordReader.Read(entry.Body.Span);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Why it was asked for may name a patient: it stands in the record, which the decision's id leads to.
    private static Alert Alert(WorkingSet set, IReadOnlyList<AuditRecord> calls)
    {
        var (first, last) = (calls[0], calls[^1]);
        var client = first.Client ?? "unknown";
        var key = $"{client}\n{first.TokenHash}\n{first.Time.UtcDateTime:yyyy-MM-dd}";
        var known = set.Find<Client>(RegistryKind.Client, client);
        return new Alert
        {
            Id = $"{Kind}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 12))}",
            Kind = Kind,
            Subject = KindWord.Of(RegistryKind.Client, client),
            At = first.Time,
            Severity = AlertSeverity.Urgent,
            Lane = AlertLane.Act,
            Evidence = string.Create(
                CultureInfo.InvariantCulture,
                $"{calls.Count} emergency call{(calls.Count == 1 ? string.Empty : "s")} for {first.Purpose} in tenant {first.Tenant}; "
                    + $"decision {first.ParentId:D}, last {last.ParentId:D} at {last.Time.UtcDateTime:yyyy-MM-dd HH:mm:ss}. "
                    + $"The justification is in the record."
            ),
            Notify = string.Join(
                ", ",
                new[] { known?.Owner ?? first.Owner, known?.Deputy }
                    .Where(static name => !string.IsNullOrWhiteSpace(name))
                    .Distinct(StringComparer.OrdinalIgnoreCase)
            ),
        };
    }

    private async Task WriteAsync(Alert alert, RegistryItem? before, long revision, DateTimeOffset now)
    {
        var json = RegistryJson.Serialize(alert);
        await _journal.AppendAsync(
            new AuditRecord
            {
                Id = Guid.CreateVersion7(now),
                Kind = AuditKind.Admin,
                Event = before is null ? "alert.raise" : "alert.update",
                Time = now,
                Actor = Gateway,
                Target = KindWord.Of(RegistryKind.Alert, alert.Id),
                Revision = revision,
                Before = before?.Json,
                After = json,
                Note = "intent",
            }
        );

        // Another node may have been faster: its alert says the same.
        await _store.WriteAsync(
            [new RegistryWrite(RegistryKind.Alert, alert.Id, json, before?.Version ?? 0)],
            Gateway,
            CancellationToken.None
        );
    }
}

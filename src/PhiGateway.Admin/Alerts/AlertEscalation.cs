using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Escalates urgent alerts that nobody has taken in their time, and gives back those that somebody took and left: it is written on record, and
/// so told again to whoever is sent alerts; run by the host.
/// </summary>
/// <remarks>Every node may run it: it is written over what was seen, so one of them is first.</remarks>
public sealed class AlertEscalation
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    // Whoever did not come then is not brought by a fourth.
    private const int Most = 3;

    private readonly WorkingSetSource _sets;
    private readonly ISnapshotSource _snapshots;
    private readonly TimeSpan _after;
    private readonly TimeSpan _takenFor;
    private readonly TimeProvider _time;
    private readonly ILogger<AlertEscalation> _log;
    private readonly AlertWriter _writer;

    internal AlertEscalation(
        IRegistryStore store,
        WorkingSetSource sets,
        IAuditJournal journal,
        ISnapshotSource snapshots,
        AdminOptions options,
        TimeProvider time,
        ILogger<AlertEscalation> log
    )
    {
        (_sets, _snapshots, _time, _log) = (sets, snapshots, time, log);
        (_after, _takenFor) = (options.EscalateAfter, options.TakenFor);
        _writer = new AlertWriter(store, journal, time);
    }

    /// <summary>Looks until it is stopped; a fault waits for the next look.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        _after == TimeSpan.Zero
            ? Task.CompletedTask
            : RegistryLook.RunAsync(
                _snapshots,
                Period,
                RunOnceAsync,
                fault => AdminLog.EscalationFailed(_log, fault.GetType().Name),
                _time,
                cancellationToken
            );

    /// <summary>One look; returns how many were escalated.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var set = await _sets.GetAsync(cancellationToken);
        var now = _time.GetUtcNow();
        var count = 0;
        foreach (var item in set.Kind(RegistryKind.Alert).Values)
        {
            if (item.Entity is not Alert { Severity: AlertSeverity.Urgent } alert || Next(alert, now) is not { } next)
            {
                continue;
            }

            var json = AuthorNote.Carried(RegistryJson.Serialize(next), item.Item);
            count += await _writer.WriteAsync("alert.escalate", alert.Id, json, item.Item, set.Revision) ? 1 : 0;
        }

        return count;
    }

    // Null: it is not late.
    private Alert? Next(Alert alert, DateTimeOffset now) =>
        alert.State switch
        {
            AlertState.Open when alert.Escalations is null or < Most && now - Since(alert, alert.EscalatedAt ?? alert.At) >= _after =>
                alert with
                {
                    Escalations = (alert.Escalations ?? 0) + 1,
                    EscalatedAt = now,
                    Lane = AlertLane.Act,
                },

            // Of whoever took it nothing was seen since, or it was given to somebody who is not there.
            AlertState.Acknowledged when _takenFor > TimeSpan.Zero && now - Since(alert, alert.HandledAt ?? alert.At) >= _takenFor =>
                AlertWriter.Reopened(alert, now) with
                {
                    Escalations = 1,
                    Lane = AlertLane.Act,
                },
            _ => null,
        };

    // One that was to wait is new again at its time.
    private static DateTimeOffset Since(Alert alert, DateTimeOffset since) => alert.SnoozedUntil > since ? alert.SnoozedUntil.Value : since;
}

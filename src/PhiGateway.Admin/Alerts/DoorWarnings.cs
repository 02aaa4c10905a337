using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Raises an alert before a door closes, makes it urgent when the day is near, and closes it by itself when the date has moved; run by the
/// host.
/// </summary>
/// <remarks>Every node may run it: an alert's id follows from door and date, so whoever comes second finds it there.</remarks>
public sealed class DoorWarnings
{
    // Days are what counts; an hour makes a date that was just written visible soon.
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    private const int BatchSize = 200;

    private readonly IRegistryStore _store;
    private readonly WorkingSetSource _sets;
    private readonly IAuditJournal _journal;
    private readonly ISnapshotSource _snapshots;
    private readonly AdminOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<DoorWarnings> _log;

    internal DoorWarnings(
        IRegistryStore store,
        WorkingSetSource sets,
        IAuditJournal journal,
        ISnapshotSource snapshots,
        AdminOptions options,
        TimeProvider time,
        ILogger<DoorWarnings> log
    ) => (_store, _sets, _journal, _snapshots, _options, _time, _log) = (store, sets, journal, snapshots, options, time, log);

    /// <summary>Looks every hour until it is stopped; a fault waits for the next look.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        RegistryLook.RunAsync(
            _snapshots,
            Period,
            RunOnceAsync,
            fault => AdminLog.DoorWarningsFailed(_log, fault.GetType().Name),
            _time,
            cancellationToken
        );

    /// <summary>One look; returns how many alerts were written.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var set = await _sets.GetAsync(cancellationToken);
        var now = _time.GetUtcNow();
        var due = ClosingDoors.Find(_snapshots.Current, set, _options.DoorWarningDays, now, (_options.Node, _options.CertificateEnds()));
        var writes = new List<(string Event, RegistryWrite Write)>();
        foreach (var (id, wanted) in due)
        {
            var item = set.Find(RegistryKind.Alert, id);
            if (Next(item?.Entity as Alert, wanted, now) is var (name, next))
            {
                writes.Add((name, Write(next, item?.Item)));
            }
        }

        foreach (var (id, item) in set.Kind(RegistryKind.Alert))
        {
            if (
                item.Entity is Alert { Kind: ClosingDoors.Kind, State: not AlertState.Closed } gone
                && !due.ContainsKey(id)
                && !ClosingDoors.IsOfAnotherNode(gone, _options.Node)
            )
            {
                var closed = AlertWriter.Closed(gone, "The date has moved, or the door is no longer on any active client's path.", now);
                writes.Add((AlertWriter.Resolved, Write(closed, item.Item)));
            }
        }

        foreach (var batch in writes.Chunk(BatchSize))
        {
            await WriteAsync(batch, set, now);
        }

        if (writes.Count > 0)
        {
            var raised = writes.Count(static write => write.Event == AlertWriter.Raised);
            AdminLog.DoorWarningsWritten(_log, raised, writes.Count - raised);
        }

        return writes.Count;
    }

    private static RegistryWrite Write(Alert alert, RegistryItem? before) =>
        new(RegistryKind.Alert, alert.Id, AuthorNote.Carried(RegistryJson.Serialize(alert), before), before?.Version ?? 0);

    // Null: it stands as it should. What a person closed stays closed for this door and date.
    private static (string Event, Alert Next)? Next(Alert? there, Alert wanted, DateTimeOffset now) =>
        there switch
        {
            null => (AlertWriter.Raised, wanted),
            { State: AlertState.Closed, HandledBy: AlertWriter.Gateway } => ("alert.reopen", wanted),
            { State: AlertState.Closed } => null,
            _ when there.Severity < wanted.Severity => (
                "alert.escalate",
                AlertWriter.Reopened(there, now) with
                {
                    Severity = wanted.Severity,
                    Evidence = wanted.Evidence,
                    Notify = wanted.Notify,
                }
            ),
            _ when there.Evidence != wanted.Evidence || there.Notify != wanted.Notify => (
                "alert.update",
                there with
                {
                    Evidence = wanted.Evidence,
                    Notify = wanted.Notify,
                }
            ),
            _ => null,
        };

    private async Task WriteAsync(IReadOnlyList<(string Event, RegistryWrite Write)> batch, WorkingSet before, DateTimeOffset now)
    {
        var pending = new List<Task>(batch.Count);
        foreach (var (name, write) in batch)
        {
            var there = before.Find(RegistryKind.Alert, write.Id)?.Item;
            pending.Add(_journal.AppendAsync(AlertWriter.RecordOf(name, write, there, before.Revision, now)).AsTask());
        }

        await Task.WhenAll(pending);
        if (
            await _store.WriteAsync([.. batch.Select(static one => one.Write)], AlertWriter.Gateway, CancellationToken.None)
            is RegistryWriteResult.Written
        )
        {
            return;
        }

        // Another node or a person was faster with one of them: the others one by one, the next look sees to the rest.
        foreach (var (_, write) in batch)
        {
            await _store.WriteAsync([write], AlertWriter.Gateway, CancellationToken.None);
        }
    }
}

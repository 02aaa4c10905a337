using System.Globalization;
using PhiGateway.Audit.Records;

namespace PhiGateway.Audit.Journal;

/// <summary>Writes the journal's own records: start, stop, what recovery found, full and room again, dropped deliveries.</summary>
internal sealed class JournalAnnouncer(FileJournal journal, JournalState state, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private bool _saidFull;
    private long _refusedBefore;
    private long _droppedSaid;
    private Task _report = Task.CompletedTask;

    public async Task StartedAsync(RecoveredJournal found)
    {
        var unclean = found.Checkpoint is { Clean: false, Sequence: >= 0 };
        _ = await journal.AppendOwnAsync(Own("node.start", unclean ? "The last run did not end in order." : null));
        if (found.Tail is { TornBytes: > 0 } tail)
        {
            var words = string.Create(
                CultureInfo.InvariantCulture,
                $"Dropped {tail.TornBytes} bytes of a batch that was never acknowledged, behind record "
                    + $"{found.End!.LastSequence}; {tail.WholeRecords} whole records were among them."
            );
            _ = await journal.AppendOwnAsync(Own("journal.recovery", words));
        }

        var acts = found.Acts.Newest;
        if (acts.Count > 0)
        {
            await CloseAsync(acts, found.Acts.Count);
        }
    }

    public async Task StoppedAsync()
    {
        try
        {
            await _report;
            _ = await journal.AppendOwnAsync(Own("node.stop", null));
        }
        catch (JournalUnavailableException)
        {
            // A journal that is full or dead stops without a word; the next start says that the end was not in order.
        }
    }

    /// <summary>Called by the keeper after each round; never waits.</summary>
    public void Round()
    {
        lock (_lock)
        {
            if (!_report.IsCompleted || state.Status is JournalStatus.Dead or JournalStatus.Closed)
            {
                return;
            }

            var full = state.Status == JournalStatus.Full;
            if (full != _saidFull || state.Dropped != _droppedSaid)
            {
                _report = ReportAsync(full);
            }
        }
    }

    private async Task ReportAsync(bool full)
    {
        try
        {
            if (full && !_saidFull)
            {
                _refusedBefore = state.Refused;
                _ = await journal.AppendOwnAsync(Own("journal.full", "Disclosures and writes are refused until there is room."));
                _saidFull = true;
            }
            else if (!full && _saidFull)
            {
                _ = await journal.AppendOwnAsync(
                    Own(
                        "journal.room",
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"There is room again; {state.Refused - _refusedBefore} records were refused."
                        )
                    )
                );
                _saidFull = false;
            }

            var dropped = state.Dropped;
            if (dropped != _droppedSaid)
            {
                _ = await journal.AppendOwnAsync(
                    Own(
                        "journal.gap",
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{dropped - _droppedSaid} delivery records found no room and were dropped."
                        )
                    )
                );
                _droppedSaid = dropped;
            }
        }
        catch (JournalUnavailableException)
        {
            // Said again in the next round.
        }
    }

    private async Task CloseAsync(IReadOnlyList<OpenAct> acts, int all)
    {
        var intents = 0;
        var waits = new List<Task>(acts.Count);
        foreach (var act in acts)
        {
            intents += act.Kind == AuditKind.Intent ? 1 : 0;
            waits.Add(journal.AppendOwnAsync(Closing(act)).AsTask());
        }

        await Task.WhenAll(waits);
        var words = string.Create(
            CultureInfo.InvariantCulture,
            $"{intents} intents without outcome were closed as unknown, {acts.Count - intents} "
                + $"disclosures without delivery as unconfirmed; {all - acts.Count} older ones were left open."
        );
        _ = await journal.AppendOwnAsync(Own("journal.recovery", words));
    }

    private AuditRecord Closing(OpenAct act)
    {
        var record = Own(act.Event, "unknown");
        record.ParentId = act.Id;
        record.Tenant = act.Tenant;
        record.Client = act.Client;
        if (act.Kind == AuditKind.Intent)
        {
            record.Kind = AuditKind.Outcome;
        }
        else
        {
            record.Kind = AuditKind.Delivery;
            record.Delivery = "unconfirmed";
            record.Note = null;
        }

        return record;
    }

    private AuditRecord Own(string @event, string? note)
    {
        var now = clock.GetUtcNow();
        return new AuditRecord
        {
            Id = Guid.CreateVersion7(now),
            Kind = AuditKind.System,
            Event = @event,
            Time = now,
            Actor = state.Log,
            Note = note,
        };
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using PhiGateway.Audit.Records;

namespace PhiGateway.Audit.Journal;

/// <summary>Writes the journal's own records: start, stop, what recovery found, full and room again, dropped deliveries.</summary>
internal sealed class JournalAnnouncer(FileJournal journal, JournalState state, TimeProvider clock)
{
    private static readonly TimeSpan LargestStep = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private (DateTimeOffset Wall, long Steady)? _lookedAt;
    private bool _saidFull;
    private long _refusedBefore;
    private long _droppedSaid;
    private readonly ConcurrentQueue<(string Event, string Note)> _unsaid = new();
    private Task _report = Task.CompletedTask;

    public async Task StartedAsync(RecoveredJournal found)
    {
        foreach (var intent in found.Acts.Intents)
        {
            journal.HoldOpen(intent);
        }

        var unclean = found.Checkpoint is { Clean: false, Sequence: >= 0 };
        await SayAsync("node.start", unclean ? "The last run did not end in order." : null, journal.EnforcedRevision);
        if (found.Checkpoint is { Forked: true } && state.Distrust is null)
        {
            await SayAsync("journal.trusted-again", "An operator says that the other history in the store was dealt with.");
        }

        if (found.Tail is { TornBytes: > 0 } tail)
        {
            var words = string.Create(
                CultureInfo.InvariantCulture,
                $"Dropped {tail.TornBytes} bytes of a batch that was never acknowledged, behind record "
                    + $"{found.End!.LastSequence}; {tail.WholeRecords} whole records were among them."
            );
            _ = await journal.AppendOwnAsync(Own("journal.recovery", words));
        }

        if (found.Acts is { Intents.Count: > 0 } or { DisclosureCount: > 0 })
        {
            await CloseAsync(found.Acts);
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

    /// <summary>Writes one record of the node's own; durable when it returns.</summary>
    public async Task SayAsync(string @event, string? note, long revision = 0)
    {
        var record = Own(@event, note);
        record.Revision = revision;
        _ = await journal.AppendOwnAsync(record);
    }

    /// <summary>The same without waiting; tried again until it stands.</summary>
    public void SayWhenPossible(string @event, string note) => _unsaid.Enqueue((@event, note));

    /// <summary>The note that an intent is still open, or that an answer is still leaving.</summary>
    public AuditRecord Carry(OpenAct act)
    {
        var record = Own(act.Kind == AuditKind.Intent ? RecordHead.CarriedEvent : RecordHead.CarriedAnswerEvent, act.Event);
        record.ParentId = act.Id;
        record.Tenant = act.Tenant;
        record.Client = act.Client;
        return record;
    }

    /// <summary>Called by the keeper after each round; never waits.</summary>
    public void Round()
    {
        lock (_lock)
        {
            WatchClock();
            if (!_report.IsCompleted || state.Status is JournalStatus.Dead or JournalStatus.Closed)
            {
                return;
            }

            var full = state.Status == JournalStatus.Full;
            if (full != _saidFull || state.Dropped != _droppedSaid || !_unsaid.IsEmpty)
            {
                _report = ReportAsync(full);
            }
        }
    }

    // A wall clock that jumps makes times in the trail wrong, and tokens and windows end too early or too late: somebody must know.
    private void WatchClock()
    {
        var (wall, steady) = (clock.GetUtcNow(), clock.GetTimestamp());
        if (_lookedAt is { } before)
        {
            var step = wall - before.Wall - clock.GetElapsedTime(before.Steady, steady);
            if (step.Duration() > LargestStep)
            {
                SayWhenPossible(
                    "clock.step",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The wall clock went {(step < TimeSpan.Zero ? "back" : "forward")} by {step.Duration().TotalSeconds:F1} s against the steady one."
                    )
                );
            }
        }

        _lookedAt = (wall, steady);
    }

    private async Task ReportAsync(bool full)
    {
        try
        {
            while (_unsaid.TryPeek(out var next))
            {
                await SayAsync(next.Event, next.Note);
                _ = _unsaid.TryDequeue(out _);
            }

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

    private async Task CloseAsync(OpenActs found)
    {
        var disclosures = found.NewestDisclosures;
        var waits = new List<Task>(found.Intents.Count + disclosures.Count);
        foreach (var act in found.Intents.Concat(disclosures))
        {
            waits.Add(journal.AppendOwnAsync(Closing(act)).AsTask());
        }

        await Task.WhenAll(waits);
        var words = string.Create(
            CultureInfo.InvariantCulture,
            $"{found.Intents.Count} intents without outcome were closed as unknown, {disclosures.Count} answers without delivery as "
                + $"unconfirmed; {found.DisclosureCount - disclosures.Count} older answers were left open."
        );
        await SayAsync("journal.recovery", words);
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
            record.Decision = "unknown";
            record.Outcome = "unknown";
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

using System.Collections.Concurrent;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Gateway.Telemetry;

namespace PhiGateway.Gateway.Trail;

/// <summary>
/// Keeps outcomes of writes that found no room in the journal and appends them again until they stand. They are as many as the writes under
/// way when it filled, for no further one is begun; what still waits when the process ends is closed as unknown by the next start.
/// </summary>
internal sealed class LateOutcomes(IAuditJournal journal, TimeProvider clock, ILogger<LateOutcomes> log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<AuditRecord> _waiting = new();
    private int _running;

    /// <summary>How many wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>Takes over an outcome whose append was refused.</summary>
    public void Keep(AuditRecord outcome)
    {
        GatewayLog.OutcomeLate(log, outcome.ParentId);
        outcome.Note = outcome.Note is null ? "recorded late" : $"{outcome.Note}; recorded late";
        _waiting.Enqueue(outcome);
        if (Interlocked.Exchange(ref _running, 1) == 0)
        {
            _ = Task.Run(WriteAsync);
        }
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            while (_waiting.TryPeek(out var next))
            {
                if (await TryAppendAsync(next))
                {
                    _ = _waiting.TryDequeue(out _);
                }
                else if (journal.Status is JournalStatus.Dead or JournalStatus.Closed)
                {
                    return;
                }
                else
                {
                    await Task.Delay(Pause, clock);
                }
            }

            Volatile.Write(ref _running, 0);
            if (_waiting.IsEmpty || Interlocked.Exchange(ref _running, 1) == 1)
            {
                return;
            }
        }
    }

    private async Task<bool> TryAppendAsync(AuditRecord outcome)
    {
        try
        {
            _ = await journal.AppendAsync(outcome, AuditLane.Reserved);
            return true;
        }
        catch (JournalUnavailableException)
        {
            return false;
        }
    }
}

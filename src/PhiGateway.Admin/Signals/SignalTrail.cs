using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Identity.Signals;

namespace PhiGateway.Admin.Signals;

/// <summary>
/// Records what became of each signal, with its transmitter as the actor; of refused ones a few in a minute stand one by one, and the rest
/// are counted.
/// </summary>
/// <remarks>Thread-safe. A signal is recorded by its id and subject, never as it is.</remarks>
internal sealed class SignalTrail(IAuditJournal journal, TimeProvider time)
{
    /// <summary>Bounds what somebody unknown can make the journal hold.</summary>
    public const int RefusalsPerMinute = 60;

    private readonly Lock _lock = new();
    private long _minute;
    private int _refusals;
    private int _folded;

    /// <summary>Who acts, as it stands in records.</summary>
    public static string ActorOf(string transmitter) => "signals/" + transmitter;

    /// <summary>Durable when it returns.</summary>
    /// <param name="transmitter">Whose it is.</param>
    /// <param name="signal">The event.</param>
    /// <param name="name">What became of it, such as <c>signal.take</c>.</param>
    /// <param name="target">Whom it meant.</param>
    /// <param name="words">What was done.</param>
    /// <param name="peer">Where it came from; null: it was fetched.</param>
    public async Task TakenAsync(string transmitter, SecurityEvent signal, string name, string target, string words, string? peer)
    {
        var record = Of(transmitter, name, peer);
        record.Decision = "permit";
        record.TokenId = signal.Id;
        record.Subject = signal.Subject.Value;
        record.Target = target;
        record.Note = $"{SignalSteps.WordOf(signal)}: {words}";
        await journal.AppendAsync(record, AuditLane.Reserved);
    }

    /// <summary>A refusal; nobody waits for it.</summary>
    public void Refused(string transmitter, string error, string? detail, string? id, string? peer)
    {
        if (!TakePlace(out var note))
        {
            return;
        }

        var record = Of(transmitter, "signal.refuse", peer);
        record.Decision = "deny";
        record.Reason = error;
        record.Rule = detail;
        record.TokenId = id;
        record.Note = note;
        journal.TryAppend(record);
    }

    private bool TakePlace(out string? note)
    {
        note = null;
        lock (_lock)
        {
            var minute = time.GetUtcNow().ToUnixTimeSeconds() / 60;
            if (minute != _minute)
            {
                note = _folded > 0 ? $"{_folded} further refusals of an earlier minute were counted, not recorded." : null;
                (_minute, _refusals, _folded) = (minute, 0, 0);
            }

            if (_refusals >= RefusalsPerMinute)
            {
                _folded++;
                return false;
            }

            _refusals++;
            return true;
        }
    }

    private AuditRecord Of(string transmitter, string name, string? peer)
    {
        var now = time.GetUtcNow();
        return new AuditRecord
        {
            Id = Guid.CreateVersion7(now),
            Kind = AuditKind.Auth,
            Event = name,
            Time = now,
            Actor = ActorOf(transmitter),
            Peer = peer,
        };
    }
}

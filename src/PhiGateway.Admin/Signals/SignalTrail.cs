using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Identity.Signals;

namespace PhiGateway.Admin.Signals;

/// <summary>
/// Records what became of each signal, with its transmitter as the actor; of those that were refused or closed nothing a few in a minute
/// stand one by one, and the rest are counted.
/// </summary>
/// <remarks>Thread-safe. A signal is recorded by its id and subject, never as it is.</remarks>
internal sealed class SignalTrail(IAuditJournal journal, TimeProvider time)
{
    /// <summary>Bounds what somebody unknown can make the journal hold.</summary>
    public const int RefusalsPerMinute = 60;

    /// <summary>Bounds what one transmitter can make it hold by signals that close nothing.</summary>
    public const int IdlePerMinute = 60;

    private const string Refusals = "refusals";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long Minute, int Taken, int Folded)> _minutes = new(StringComparer.Ordinal);

    /// <summary>Who acts, as it stands in records.</summary>
    public static string ActorOf(string transmitter) => "signals/" + transmitter;

    /// <summary>Durable when it returns, or counted.</summary>
    /// <param name="transmitter">Whose it is.</param>
    /// <param name="signal">The event.</param>
    /// <param name="done">What became of it.</param>
    /// <param name="peer">Where it came from; null: it was fetched.</param>
    public async Task TakenAsync(string transmitter, SecurityEvent signal, SignalEffects.Done done, string? peer)
    {
        string? before = null;
        if (!done.Closes && !TakePlace("of/" + transmitter, IdlePerMinute, "signals that closed nothing", out before))
        {
            return;
        }

        var record = Of(transmitter, done.Name, peer);
        record.Decision = "permit";
        record.TokenId = signal.Id;
        record.Subject = signal.Subject.Value;
        record.Target = done.Target;
        record.Note = $"{SignalSteps.WordOf(signal)}: {done.Words}" + (before is null ? string.Empty : $". {before}");

        // The last room of the journal is for what closes.
        await journal.AppendAsync(record, done.Closes ? AuditLane.Reserved : AuditLane.Ordinary);
    }

    /// <summary>A refusal; nobody waits for it.</summary>
    public void Refused(string transmitter, string error, string? detail, string? id, string? peer)
    {
        if (!TakePlace(Refusals, RefusalsPerMinute, "refusals", out var note))
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

    private bool TakePlace(string counted, int most, string word, out string? note)
    {
        note = null;
        lock (_lock)
        {
            var minute = time.GetUtcNow().ToUnixTimeSeconds() / 60;
            var (started, taken, folded) = _minutes.GetValueOrDefault(counted);
            if (minute != started)
            {
                note = folded > 0 ? $"{folded} further {word} of an earlier minute were counted, not recorded." : null;
                (taken, folded) = (0, 0);
            }

            var hasPlace = taken < most;
            _minutes[counted] = hasPlace ? (minute, taken + 1, folded) : (minute, taken, folded + 1);
            return hasPlace;
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

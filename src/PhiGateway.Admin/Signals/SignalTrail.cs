using System.Collections.Concurrent;
using PhiGateway.Admin.Editing;
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

    private readonly MinuteFold _refusals = new(time, RefusalsPerMinute, "refusals");
    private readonly ConcurrentDictionary<string, MinuteFold> _idle = new(StringComparer.Ordinal);

    /// <summary>Who acts, as it stands in records.</summary>
    public static string ActorOf(string transmitter) => AdminKeyRules.Transmitters + transmitter;

    /// <summary>Durable when it returns, or counted.</summary>
    /// <param name="transmitter">Whose it is.</param>
    /// <param name="signal">The event.</param>
    /// <param name="done">What became of it.</param>
    /// <param name="peer">Where it came from; null: it was fetched.</param>
    public async Task TakenAsync(string transmitter, SecurityEvent signal, SignalEffects.Done done, string? peer)
    {
        string? before = null;
        if (!done.Closes && !IdleOf(transmitter).TryTake(out before))
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
        if (!_refusals.TryTake(out var note))
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

    // As many as there are transmitters in the configuration.
    private MinuteFold IdleOf(string transmitter) =>
        _idle.GetOrAdd(transmitter, static (_, clock) => new MinuteFold(clock, IdlePerMinute, "signals that closed nothing"), time);

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

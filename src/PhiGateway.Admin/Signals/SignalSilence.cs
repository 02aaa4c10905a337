using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Signals;

/// <summary>
/// Raises an alert when nothing is heard of a transmitter for longer than is expected, and closes it when it speaks again: a stream that
/// somebody switched off looks like one on which nothing happens. Run by <see cref="SharedSignals"/>.
/// </summary>
/// <remarks>Every node may run it: an alert's id follows from transmitter and day, so whoever comes second finds it there.</remarks>
internal sealed class SignalSilence(
    WorkingSetSource sets,
    ISnapshotSource snapshots,
    IRegistryStore store,
    IAuditJournal journal,
    TimeProvider time
)
{
    private readonly AlertWriter _alerts = new(store, journal, time);

    /// <summary>Looks once at each; returns how many alerts were written.</summary>
    public async Task<int> LookAsync(IEnumerable<SignalVoice> voices, CancellationToken cancellationToken)
    {
        var written = 0;
        foreach (var voice in voices.Where(static one => one.Expected is not null))
        {
            var isSilent = await voice.LookAsync(cancellationToken);
            written += isSilent ? await RaiseAsync(voice) : await CloseAsync(voice, cancellationToken);
        }

        return written;
    }

    private async Task<int> RaiseAsync(SignalVoice voice)
    {
        var now = time.GetUtcNow();
        var (name, expected) = (voice.Options.Name, voice.Expected!.Value);
        var alert = new Alert
        {
            Id = AlertKinds.IdOf(AlertKinds.SignalsSilent, FormattableString.Invariant($"{name}\n{now.UtcDateTime:yyyy-MM-dd}")),
            Kind = AlertKinds.SignalsSilent,
            Subject = SignalTrail.ActorOf(name),
            At = now,
            Severity = AlertSeverity.Urgent,
            Lane = AlertLane.Act,
            Evidence =
                $"Nothing was heard of it for {expected}: what it ends is not ended here. On the node that says so: {voice.Words()}. "
                + "Look at the stream at the transmitter, and at the way from there to here.",
        };
        if (await store.FindAsync(RegistryKind.Alert, alert.Id, CancellationToken.None) is not { } there)
        {
            return await _alerts.RaiseAsync(alert, snapshots.Current.Revision) ? 1 : 0;
        }

        // What a person closed stays closed for this day; what its speaking closed does not.
        return
            RegistryJson.Deserialize<Alert>(there.Json) is { State: AlertState.Closed, HandledBy: AlertWriter.Gateway }
            && await _alerts.WriteAsync("alert.reopen", alert.Id, RegistryJson.Serialize(alert), there, snapshots.Current.Revision)
            ? 1
            : 0;
    }

    private async Task<int> CloseAsync(SignalVoice voice, CancellationToken cancellationToken)
    {
        var subject = SignalTrail.ActorOf(voice.Options.Name);
        return await _alerts.CloseAsync(
            await sets.GetAsync(cancellationToken),
            AlertKinds.SignalsSilent,
            open => open.Subject == subject,
            "It has been heard again.",
            snapshots.Current.Revision
        );
    }
}

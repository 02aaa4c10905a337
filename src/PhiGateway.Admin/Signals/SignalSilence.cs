using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Signals;

/// <summary>
/// Raises an alert when nothing is heard of a transmitter for longer than is expected, or a stream that is to be verified is not, and closes it
/// when it speaks again: a stream that somebody switched off looks like one on which nothing happens. Run by <see cref="SharedSignals"/>.
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
            written += await voice.LookAsync(cancellationToken)
                ? await RaiseAsync(
                    AlertKinds.SignalsSilent,
                    voice.Options.Name,
                    $"Nothing was heard of it for {voice.Expected!.Value}: what it ends is not ended here. "
                        + $"On the node that says so: {voice.Words()}. "
                        + "Look at the stream at the transmitter, and at the way from there to here."
                )
                : await CloseAsync(AlertKinds.SignalsSilent, voice.Options.Name, "It has been heard again.", cancellationToken);
        }

        return written;
    }

    /// <summary>Looks once at each stream that is to be verified; returns how many alerts were written.</summary>
    public async Task<int> LookAsync(IEnumerable<SignalVerification> verifications, CancellationToken cancellationToken)
    {
        var written = 0;
        foreach (var one in verifications)
        {
            written += await one.LookAsync(cancellationToken)
                ? await RaiseAsync(
                    AlertKinds.SignalsUnverified,
                    one.Options.Name,
                    $"It is asked each {one.Options.VerifyEvery} to verify its stream, and no verification came: "
                        + $"whether signals come through is not known. On the node that says so: {one.Words()}. "
                        + "Look at the stream at the transmitter, and at the way from there to here."
                )
                : await CloseAsync(AlertKinds.SignalsUnverified, one.Options.Name, "Its stream was verified again.", cancellationToken);
        }

        return written;
    }

    private async Task<int> RaiseAsync(string kind, string name, string evidence)
    {
        var now = time.GetUtcNow();
        var alert = new Alert
        {
            Id = AlertKinds.IdOf(kind, FormattableString.Invariant($"{name}\n{now.UtcDateTime:yyyy-MM-dd}")),
            Kind = kind,
            Subject = SignalTrail.ActorOf(name),
            At = now,
            Severity = AlertSeverity.Urgent,
            Lane = AlertLane.Act,
            Evidence = evidence,
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

    private async Task<int> CloseAsync(string kind, string name, string words, CancellationToken cancellationToken)
    {
        var subject = SignalTrail.ActorOf(name);
        return await _alerts.CloseAsync(
            await sets.GetAsync(cancellationToken),
            kind,
            open => open.Subject == subject,
            words,
            snapshots.Current.Revision
        );
    }
}

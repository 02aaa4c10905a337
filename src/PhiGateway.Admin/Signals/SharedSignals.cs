using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Identity.Issuers;
using PhiGateway.Identity.Signals;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Signals;

/// <summary>
/// Receives shared signals (SSF 1.0, CAEP 1.0) of the transmitters that are configured: pushed to it (RFC 8935) on a listener that the host
/// opens, and fetched (RFC 8936).
/// </summary>
public sealed class SharedSignals : IHeldKeys, IDisposable
{
    // A quarter of the shortest time in which anything can be expected.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(15);

    private readonly FrozenDictionary<string, SignalIntake> _intakes;
    private readonly SignalSilence _silence;
    private readonly ISnapshotSource _snapshots;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly IReadOnlyList<SignalPoll> _polls;
    private readonly List<IDisposable> _owned = [];
    private readonly List<SecurityEventReader> _readers = [];
    private readonly List<SignalVerification> _verifications = [];

    internal SharedSignals(
        AdminOptions options,
        SignalEffects effects,
        SignalTrail trail,
        SignalSilence silence,
        ISingleUses uses,
        ISnapshotSource snapshots,
        TimeProvider time,
        ILogger<SharedSignals> log
    )
    {
        Trail = trail;
        (_silence, _snapshots, _time, _log) = (silence, snapshots, time, log);
        var intakes = new List<SignalIntake>();
        var polls = new List<SignalPoll>();
        foreach (var one in options.Signals.Options.Transmitters)
        {
            var reader = new SecurityEventReader(one, time, log, options.Connect);
            _owned.Add(reader);
            _readers.Add(reader);
            var verification = one.VerificationEndpoint is null ? null : new SignalVerification(one, uses, time, log, options.Connect);
            if (verification is not null)
            {
                _owned.Add(verification);
                _verifications.Add(verification);
            }

            intakes.Add(
                new SignalIntake(
                    one,
                    options.Signals,
                    reader,
                    effects,
                    trail,
                    new SignalVoice(one, uses, time),
                    uses,
                    snapshots,
                    time,
                    log,
                    verification,
                    options.CountExhausted
                )
            );
            if (one.PollEndpoint is not null)
            {
                polls.Add(new SignalPoll(intakes[^1], time, log, options.Connect));
            }
        }

        _intakes = intakes.ToFrozenDictionary(static one => one.Options.Name, StringComparer.Ordinal);
        _polls = polls;
        _owned.AddRange(polls);
    }

    /// <summary>Where refusals are recorded that come before a signal is read.</summary>
    internal SignalTrail Trail { get; }

    /// <summary>Whoever takes a transmitter's signals; null: there is no such transmitter.</summary>
    internal SignalIntake? Find(string transmitter) => _intakes.GetValueOrDefault(transmitter);

    /// <summary>How each transmitter is heard.</summary>
    public IReadOnlyList<SignalStatus> Status =>
        [.. _intakes.Values.Select(StatusOf).OrderBy(static one => one.Name, StringComparer.Ordinal)];

    /// <inheritdoc/>
    public IReadOnlyList<HeldKeySet> Held => [.. _readers.SelectMany(static one => one.Held)];

    /// <inheritdoc/>
    public async Task<bool> PurgeAsync(string name)
    {
        foreach (var reader in _readers)
        {
            if (await reader.PurgeAsync(name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Fetches until it is stopped, where anything is fetched, asks streams to be verified, and looks who has fallen silent.</summary>
    public Task RunAsync(CancellationToken stopping) =>
        Task.WhenAll([
            .. _polls.Select(poll => poll.RunAsync(stopping)),
            .. _verifications.Select(one =>
                RegistryLook.RunAsync(
                    _snapshots,
                    Look,
                    one.AskAsync,
                    fault => AdminLog.VerificationNotAsked(_log, one.Options.Name, fault.GetType().Name),
                    _time,
                    stopping
                )
            ),
            RegistryLook.RunAsync(
                _snapshots,
                Look,
                LookAsync,
                fault => AdminLog.SilenceNotLookedFor(_log, fault.GetType().Name),
                _time,
                stopping
            ),
        ]);

    /// <summary>One look at who has fallen silent; returns how many alerts were written.</summary>
    internal async Task<int> LookAsync(CancellationToken cancellationToken) =>
        await _silence.LookAsync(_intakes.Values.Select(static one => one.Voice), cancellationToken)
        + await _silence.LookAsync(_verifications, cancellationToken);

    /// <summary>Asks each stream that is to be verified, where nobody has; returns how many took the question.</summary>
    internal async Task<int> AskAsync(CancellationToken cancellationToken)
    {
        var asked = 0;
        foreach (var one in _verifications)
        {
            asked += await one.AskAsync(cancellationToken);
        }

        return asked;
    }

    public void Dispose()
    {
        foreach (var owned in _owned)
        {
            owned.Dispose();
        }
    }

    private static SignalStatus StatusOf(SignalIntake one)
    {
        var words = one.Voice.Words();
        return one.Verification is { IsMissing: true } missing
            ? new SignalStatus(one.Options.Name, IsSilent: true, $"{words}; its stream was not verified: {missing.Words()}")
            : new SignalStatus(one.Options.Name, one.Voice.IsSilent, words);
    }
}

using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Configuration;
using PhiGateway.Identity.Signals;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Signals;

/// <summary>
/// Receives shared signals (SSF 1.0, CAEP 1.0) of the transmitters that are configured: pushed to it (RFC 8935) on a listener that the host
/// opens, and fetched (RFC 8936).
/// </summary>
public sealed class SharedSignals : IDisposable
{
    private readonly FrozenDictionary<string, SignalIntake> _intakes;
    private readonly IReadOnlyList<SignalPoll> _polls;
    private readonly List<IDisposable> _owned = [];

    internal SharedSignals(
        AdminOptions options,
        SignalEffects effects,
        SignalTrail trail,
        ISingleUses uses,
        ISnapshotSource snapshots,
        TimeProvider time,
        ILogger<SharedSignals> log
    )
    {
        Trail = trail;
        var intakes = new List<SignalIntake>();
        var polls = new List<SignalPoll>();
        foreach (var one in options.Signals.Options.Transmitters)
        {
            var reader = new SecurityEventReader(one, time, log, options.Connect);
            _owned.Add(reader);
            intakes.Add(new SignalIntake(one, options.Signals, reader, effects, trail, uses, snapshots, time, log));
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

    /// <summary>Fetches until it is stopped, where anything is fetched.</summary>
    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(_polls.Select(poll => poll.RunAsync(stopping)));

    public void Dispose()
    {
        foreach (var owned in _owned)
        {
            owned.Dispose();
        }
    }
}

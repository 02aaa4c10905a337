using System.Diagnostics.Metrics;
using PhiGateway.Audit.Journal;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Gateway.Following;

/// <summary>
/// Publishes metrics of the registry that this node enforces: its revision and age, and how many rows cannot be used. Labels are words, never an
/// id.
/// </summary>
internal sealed class RegistryMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "PhiGateway.Registry";

    private readonly Meter _meter;
    private readonly Histogram<double> _reloads;
    private readonly Histogram<double> _propagation;
    private readonly Histogram<double> _revocations;
    private readonly SnapshotHolder _snapshots;

    public RegistryMetrics(SnapshotHolder snapshots)
    {
        // Several nodes in one process have meters of one name: whose this one is, its scope says.
        _meter = new Meter(Name, version: null, tags: null, scope: snapshots);
        _meter.CreateObservableGauge(
            "phi_gateway.snapshot.version",
            () => snapshots.Current.Revision,
            "{revision}",
            "Registry revision that this node enforces."
        );
        _meter.CreateObservableGauge(
            "phi_gateway.snapshot.age",
            () => Age(snapshots),
            "s",
            "Since the registry was last seen to agree with what this node enforces; not there before it was loaded."
        );
        _meter.CreateObservableGauge(
            "phi_gateway.snapshot.age.limit",
            () => snapshots.MaxAge.TotalSeconds,
            "s",
            "The age at which this node closes access (Registry:MaxSnapshotAge)."
        );
        _meter.CreateObservableGauge(
            "phi_gateway.registry.problems",
            () => Count(snapshots),
            "{row}",
            "Rows that close what depends on them: contradictory or unreadable, or of a newer version."
        );
        _meter.CreateObservableCounter(
            "phi_gateway.snapshot.reload.failures",
            () => snapshots.FailedLooks,
            "{look}",
            "Times that the registry was looked at in vain."
        );
        _reloads = _meter.CreateHistogram<double>(
            "phi_gateway.snapshot.reload.duration",
            "s",
            "From the look at the registry to a newer revision in force.",
            tags: null,
            LatencyBuckets.Advice
        );
        _propagation = _meter.CreateHistogram<double>(
            "phi_gateway.snapshot.propagation.duration",
            "s",
            "From the writing of the newest change to its being in force here, by both machines' clocks.",
            tags: null,
            LatencyBuckets.Advice
        );
        _revocations = _meter.CreateHistogram<double>(
            "phi_gateway.revocation.propagation.duration",
            "s",
            "From the writing of a revocation to its being in force here, by both machines' clocks.",
            tags: null,
            LatencyBuckets.Advice
        );
        _snapshots = snapshots;
        snapshots.Reloaded += Observe;
        snapshots.InForce += ObserveInForce;
    }

    public void Dispose()
    {
        _snapshots.Reloaded -= Observe;
        _snapshots.InForce -= ObserveInForce;
        _meter.Dispose();
    }

    private void ObserveInForce(bool isRevocation, TimeSpan took) =>
        (isRevocation ? _revocations : _propagation).Record(Math.Max(0, took.TotalSeconds));

    private void Observe(TimeSpan took) => _reloads.Record(took.TotalSeconds);

    private static Measurement<double>[] Age(SnapshotHolder snapshots) => snapshots.Age is { } age ? [new(age.TotalSeconds)] : [];

    private static Measurement<int>[] Count(SnapshotHolder snapshots)
    {
        var snapshot = snapshots.Current;
        var newer = snapshot.CountNotUnderstood();
        return
        [
            new(snapshot.Problems.Count - newer, new KeyValuePair<string, object?>("kind", "contradiction")),
            new(newer, new KeyValuePair<string, object?>("kind", "not-understood")),
        ];
    }
}

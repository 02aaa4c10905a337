using System.Diagnostics.Metrics;
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
    }

    public void Dispose() => _meter.Dispose();

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

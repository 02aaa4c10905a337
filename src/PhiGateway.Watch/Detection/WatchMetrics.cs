using System.Diagnostics.Metrics;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Detection;

/// <summary>The watch's instruments; labels are names of rules and severities, never an id. Written by <see cref="TrailWatch"/>.</summary>
internal sealed class WatchMetrics : IDisposable
{
    private readonly Meter _meter = new("PhiGateway.Watch");
    private readonly Counter<long> _records;
    private readonly Counter<long> _findings;
    private readonly Counter<long> _failed;

    public WatchMetrics()
    {
        _records = _meter.CreateCounter<long>("phi_gateway.watch.records", "{record}", "Records of the trail that were read.");
        _findings = _meter.CreateCounter<long>("phi_gateway.watch.findings", "{finding}", "Findings that were told, by rule and severity.");
        _failed = _meter.CreateCounter<long>("phi_gateway.watch.failures", "{round}", "Rounds that failed and are tried again.");
    }

    /// <summary>Shows how far the watch is behind the trail; called once.</summary>
    /// <param name="age">Seconds since it had last read and told all that the store held.</param>
    public void Show(Func<double> age) =>
        _meter.CreateObservableGauge("phi_gateway.watch.age", age, "s", "Since the watch had last read and told all that the store held.");

    public void Count(int records) => _records.Add(records);

    public void Count(Finding finding) =>
        _findings.Add(
            1,
            new KeyValuePair<string, object?>("rule", finding.Rule),
            new KeyValuePair<string, object?>("severity", finding.Severity.ToString().ToLowerInvariant())
        );

    public void CountFailure() => _failed.Add(1);

    public void Dispose() => _meter.Dispose();
}

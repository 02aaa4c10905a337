using System.Diagnostics.Metrics;

namespace PhiGateway.Audit.Journal;

/// <summary>Publishes the numbers of a running journal as metrics under the meter <c>PhiGateway.Audit</c>.</summary>
internal sealed class JournalMetrics : IDisposable
{
    public const string MeterName = "PhiGateway.Audit";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _appended;
    private readonly Counter<long> _bytes;
    private readonly Histogram<int> _batch;
    private readonly Histogram<double> _duration;

    public JournalMetrics(JournalState state, PendingQueue queue)
    {
        _appended = _meter.CreateCounter<long>("phi_gateway.audit.appended", "{record}", "Records made durable.");
        _bytes = _meter.CreateCounter<long>("phi_gateway.audit.written", "By", "Bytes written to the journal, padding included.");
        _batch = _meter.CreateHistogram<int>(
            "phi_gateway.audit.batch.size",
            "{record}",
            "Records in one group commit.",
            tags: null,
            new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] }
        );
        _duration = _meter.CreateHistogram<double>(
            "phi_gateway.audit.write.duration",
            "s",
            "Time of one write and flush.",
            tags: null,
            // A flush takes from some ten microseconds (a disk with a cache that outlives power) to some ten milliseconds.
            LatencyBuckets.Advice
        );
        _ = _meter.CreateObservableGauge("phi_gateway.audit.queue.depth", () => queue.Count, "{record}", "Records waiting for the writer.");
        _ = _meter.CreateObservableGauge(
            "phi_gateway.audit.unshipped",
            () => state.Durable - state.Shipped,
            "{record}",
            "Durable records the store does not have yet."
        );
        _ = _meter.CreateObservableCounter(
            "phi_gateway.audit.dropped",
            () => state.Dropped,
            "{record}",
            "Delivery records that found no room; must stay 0."
        );
        _ = _meter.CreateObservableCounter(
            "phi_gateway.audit.refused",
            () => state.Refused,
            "{record}",
            "Records the journal could not take; each refused a request."
        );
        _ = _meter.CreateObservableGauge(
            "phi_gateway.audit.status",
            () => (int)state.Status,
            description: "0 closed, 1 open, 2 nearly full, 3 full, 4 dead, 5 not to be trusted."
        );
    }

    public void Flushed(int records, int bytes, TimeSpan duration)
    {
        _appended.Add(records);
        _bytes.Add(bytes);
        _batch.Record(records);
        _duration.Record(duration.TotalSeconds);
    }

    public void Dispose() => _meter.Dispose();
}

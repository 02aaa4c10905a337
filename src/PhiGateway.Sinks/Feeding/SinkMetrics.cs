using System.Diagnostics.Metrics;

namespace PhiGateway.Sinks.Feeding;

/// <summary>Publishes how the sinks stand under the meter <c>PhiGateway.Sinks</c>; the only label is a sink's configured name.</summary>
internal sealed class SinkMetrics : IDisposable
{
    private readonly Meter _meter = new("PhiGateway.Sinks");
    private readonly IReadOnlyList<SinkFeed> _feeds;

    public SinkMetrics(IReadOnlyList<SinkFeed> feeds)
    {
        _feeds = feeds;
        _ = _meter.CreateObservableGauge(
            "phi_gateway.sink.lag",
            () => Each(static status => status.Lag),
            "{record}",
            "Records of this node that the receiver is not known to have."
        );
        _ = _meter.CreateObservableGauge(
            "phi_gateway.sink.behind",
            () => Each(static status => status.Behind.TotalSeconds),
            "s",
            "Age of the oldest of them."
        );
        _ = _meter.CreateObservableCounter(
            "phi_gateway.sink.sent",
            () => Each(static status => status.Sent),
            "{record}",
            "Events sent; those sent again count again."
        );
        _ = _meter.CreateObservableCounter(
            "phi_gateway.sink.failures",
            () => Each(static status => status.Failures),
            "{try}",
            "Tries that the receiver did not take."
        );
        _ = _meter.CreateObservableCounter(
            "phi_gateway.sink.gaps",
            () => Each(static status => status.Gaps),
            "{record}",
            "Records that were gone from the store before it was their turn; must stay 0."
        );
        _ = _meter.CreateObservableCounter(
            "phi_gateway.sink.rejected",
            () => Each(static status => status.Rejected),
            "{record}",
            "Events that the receiver refused out of batches that it took, and that are not sent again; must stay 0."
        );
    }

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<T>> Each<T>(Func<SinkStatus, T> of)
        where T : struct
    {
        foreach (var feed in _feeds)
        {
            var status = feed.Status;
            yield return new Measurement<T>(of(status), new KeyValuePair<string, object?>("sink", status.Name));
        }
    }
}

using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Following;
using PhiGateway.Gateway.Release.Leaving;
using PhiGateway.Gateway.Trail;

namespace PhiGateway.Gateway.Release.Streaming;

/// <summary>Takes the segments of one streaming answer: each is checked, recorded durably, and only then written.</summary>
internal sealed class SegmentSink(
    GatewayExchange exchange,
    string contentType,
    AuditTrail trail,
    SnapshotHolder snapshots,
    RevocationWatch watch
)
{
    // Withheld by segments of which nothing was left to write.
    private readonly Disclosure _carried = new();
    private long _records;
    private bool _recorded;

    /// <summary>Why it ended early; continues while all is well.</summary>
    public StageResult Outcome { get; private set; } = StageResult.Continue;

    /// <summary>Records a segment, then writes it.</summary>
    /// <exception cref="OperationCanceledException">It may not leave; <see cref="Outcome"/> says why.</exception>
    public async ValueTask TakeAsync(ReadOnlyMemory<byte> segment, Disclosure disclosure, CancellationToken cancellation)
    {
        if (segment.IsEmpty)
        {
            _carried.Merge(disclosure);
            return;
        }

        if (_carried.Withheld > 0)
        {
            _carried.Merge(disclosure);
            disclosure = _carried;
        }

        await RecordAsync(disclosure, segment.Length, cancellation);
        _carried.Reset();
        if (!exchange.Http.Response.HasStarted)
        {
            AnswerHeaders.WriteStream(exchange, contentType);
        }

        await exchange.Http.Response.Body.WriteAsync(segment, cancellation);
        exchange.BytesOut += segment.Length;
    }

    /// <summary>After the last segment: what was withheld since, or that there was nothing at all.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellation)
    {
        if (!_recorded || _carried.Withheld > 0)
        {
            await RecordAsync(_carried, 0, cancellation);
        }

        if (!exchange.Http.Response.HasStarted)
        {
            AnswerHeaders.WriteStream(exchange, contentType);
        }

        exchange.Delivered = true;
    }

    private async ValueTask RecordAsync(Disclosure disclosure, int length, CancellationToken cancellation)
    {
        Outcome = ReleaseChecks.Ask(exchange, disclosure, _records, snapshots);
        if (!Outcome.IsRefused(out _))
        {
            Outcome = await trail.RecordSegmentAsync(exchange, disclosure, length, isFirst: !_recorded);
        }

        if (Outcome.IsRefused(out _))
        {
            watch.Stop();
            throw new OperationCanceledException();
        }

        _recorded = true;
        _records += disclosure.Resources.Count;
        cancellation.ThrowIfCancellationRequested();
    }
}

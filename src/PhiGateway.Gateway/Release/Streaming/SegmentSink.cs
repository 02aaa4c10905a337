using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Release.Leaving;

namespace PhiGateway.Gateway.Release.Streaming;

/// <summary>
/// Takes the filtered segments of one streaming answer, asks whether the answer may still go on, and lets each out through the exit.
/// </summary>
internal sealed class SegmentSink(GatewayExchange exchange, string contentType, Exit exit, RunningAnswer running, RevocationWatch watch)
{
    // Withheld by segments of which nothing was left to write.
    private readonly Disclosure _carried = new();
    private long _records;
    private bool _recorded;

    /// <summary>Why it ended early; continues while all is well.</summary>
    public StageResult Outcome { get; private set; } = StageResult.Continue;

    /// <summary>Lets a segment out.</summary>
    /// <exception cref="OperationCanceledException">It may not leave; <see cref="Outcome"/> says why.</exception>
    public async ValueTask TakeAsync(ReadOnlyMemory<byte> segment, Disclosure disclosure, CancellationToken cancellation)
    {
        if (segment.IsEmpty)
        {
            _carried.Merge(disclosure);
            if (_carried.HoldsManyNames)
            {
                await LetOutAsync(default, _carried, cancellation);
                _carried.Reset();
            }

            return;
        }

        if (_carried.Withheld > 0)
        {
            _carried.Merge(disclosure);
            disclosure = _carried;
        }

        await LetOutAsync(segment, disclosure, cancellation);
        _carried.Reset();
    }

    /// <summary>After the last segment: what was withheld since, or that there was nothing at all.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellation)
    {
        if (!_recorded || _carried.Withheld > 0)
        {
            await LetOutAsync(default, _carried, cancellation);
        }

        Outcome = await exit.EndStreamAsync(exchange, contentType);
        if (!Outcome.Continues)
        {
            watch.Stop();
            throw new OperationCanceledException();
        }
    }

    private async ValueTask LetOutAsync(ReadOnlyMemory<byte> bytes, Disclosure disclosure, CancellationToken cancellation)
    {
        var segment = new AnswerSegment(running, bytes, contentType, disclosure, _records, IsFirst: !_recorded);
        Outcome = await exit.LetOutAsync(exchange, segment, cancellation);
        if (!Outcome.Continues)
        {
            watch.Stop();
            throw new OperationCanceledException();
        }

        _recorded = true;
        _records += disclosure.Resources.Count;
    }
}

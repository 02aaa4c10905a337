using System.Buffers;
using PhiGateway.Fhir.Answers.Bundles;

namespace PhiGateway.Fhir.Answers.Streaming;

/// <summary>
/// Two segments in turn: one is filled while the one before it, handed out, is recorded and sent. Used by the filters of answers that stream.
/// </summary>
/// <remarks>
/// A segment is handed out when the one before it has left, so their order and what may leave when are as if it were one; and no more than
/// these two are held. Not thread-safe: the handler works on what it was given, the filter on the other one.
/// </remarks>
/// <param name="onSegment">Records, then writes.</param>
/// <param name="bytes">Of how many bytes a segment is.</param>
/// <param name="cancellation">The stream's.</param>
internal sealed class SegmentRelay(SegmentHandler onSegment, int bytes, CancellationToken cancellation)
{
    private ArrayBufferWriter<byte> _next = new(bytes);
    private Disclosure _nextDisclosure = new();
    private Task? _leaving;

    /// <summary>The segment that is being filled.</summary>
    public ArrayBufferWriter<byte> Segment { get; private set; } = new(bytes);

    /// <summary>What it lets out.</summary>
    public Disclosure Disclosure { get; private set; } = new();

    /// <summary>Hands the segment out once the one before it has left; the filter goes on with the other.</summary>
    /// <param name="work">What the filter fills it by.</param>
    public async ValueTask HandOutAsync(AnswerWork work)
    {
        await SettleAsync();
        _leaving = onSegment(Segment.WrittenMemory, Disclosure, cancellation).AsTask();
        (Segment, _next) = (_next, Segment);
        (Disclosure, _nextDisclosure) = (_nextDisclosure, Disclosure);
        work.WriteTo(Segment, Disclosure);
    }

    /// <summary>
    /// Runs a filter to its end, and to that of what it handed out: nobody is left at work when this returns or throws. What went wrong with a
    /// segment comes before what the filter met behind it.
    /// </summary>
    public async ValueTask<StreamVerdict> RunAsync(Func<ValueTask<StreamVerdict>> filter)
    {
        try
        {
            return await filter();
        }
        finally
        {
            await SettleAsync();
        }
    }

    // Returns when what was handed out has left; throws what kept it from that.
    private async ValueTask SettleAsync()
    {
        if (_leaving is { } leaving)
        {
            _leaving = null;
            await leaving;
            _next.ResetWrittenCount();
            _nextDisclosure.Reset();
        }
    }
}

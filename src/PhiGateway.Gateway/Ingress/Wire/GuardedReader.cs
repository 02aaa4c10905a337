using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.Features;

namespace PhiGateway.Gateway.Ingress.Wire;

/// <summary>
/// A connection's input as the server's parser may see it: whole heads that can be read in one way, and bodies as they come.
/// </summary>
/// <remarks>
/// In the place of a head with a flaw stands a short request that says so, after which the input ends: it is refused by the pipeline like
/// any other, on record and with a decision id. In the place of a flaw between chunks stands a byte that no parser takes for a size.
/// Security: nothing behind a flaw is ever handed on. Nothing is copied.
/// </remarks>
internal sealed class GuardedReader(PipeReader inner, IFeatureCollection features, WireLimits limits) : PipeReader, IDisposable
{
    private static readonly byte[] Marker =
    [
        .. "UNREADABLE / HTTP/1.1\r\nHost: unreadable.invalid\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"u8,
    ];

    private static readonly byte[] NoChunk = [.. "z\r\n"u8];

    private readonly WireScanner _scanner = new(limits);
    private ReadOnlySequence<byte> _buffer;
    private ReadOnlySequence<byte> _substitute;
    private WireFlaw? _flaw;
    private bool _isSubstituted;

    // Bytes from the start of the buffer: scanned; good to be handed on; seen by the parser without being enough for it.
    private long _scanned;
    private long _good;
    private long _examined;

    // Runs while a head is incomplete; when it ends it cancels the read, which is then no cancellation of the server's.
    private Timer? _timer;
    private volatile bool _isLate;

    private bool IsHeadPartial => !_scanner.IsInBody && _good < _buffer.Length;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_isSubstituted)
        {
            return new ValueTask<ReadResult>(Substitute());
        }

        var pending = inner.ReadAsync(cancellationToken);
        if (!pending.IsCompletedSuccessfully)
        {
            return AwaitedAsync(pending, cancellationToken);
        }

        return TryTake(pending.Result, out var taken)
            ? new ValueTask<ReadResult>(taken)
            : AwaitedAsync(inner.ReadAsync(cancellationToken), cancellationToken);
    }

    public override bool TryRead(out ReadResult result)
    {
        if (_isSubstituted)
        {
            result = Substitute();
            return true;
        }

        return inner.TryRead(out result) && TryTake(result, out result);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_isSubstituted)
        {
            _substitute = _substitute.Slice(consumed);
            return;
        }

        var used = _buffer.Slice(0, consumed).Length;
        _examined = _buffer.Slice(consumed, examined).Length;
        _scanned -= used;
        _good -= used;
        _buffer = default;
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        Dispose();
        inner.Complete(exception);
    }

    public override ValueTask CompleteAsync(Exception? exception = null)
    {
        Dispose();
        return inner.CompleteAsync(exception);
    }

    public void Dispose() => _timer?.Dispose();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    [SuppressMessage("Reliability", "CA2012", Justification = "Each is awaited once; the next replaces it.")]
    private async ValueTask<ReadResult> AwaitedAsync(ValueTask<ReadResult> pending, CancellationToken cancellationToken)
    {
        ReadResult taken;
        while (!TryTake(await pending, out taken))
        {
            pending = inner.ReadAsync(cancellationToken);
        }

        return taken;
    }

    // False: what is there is no whole head, or was not enough for the parser; more must come before anything is handed on.
    private bool TryTake(ReadResult result, out ReadResult taken)
    {
        _buffer = result.Buffer;
        _flaw ??= FindFlaw(result.IsCompleted);
        var isCanceled = result.IsCanceled;
        if (isCanceled && _isLate)
        {
            _isLate = isCanceled = false;
            _flaw ??= IsHeadPartial ? WireFlaw.Late : null;
        }

        if (_flaw is not null && _good == 0 && !isCanceled)
        {
            inner.AdvanceTo(_buffer.Start);
            taken = BeginSubstitute(_flaw);
            return true;
        }

        var isNews = _good > _examined || isCanceled;
        if (!isNews && _flaw is null && !result.IsCompleted)
        {
            Watch(IsHeadPartial);
            inner.AdvanceTo(_buffer.Start, _buffer.End);
            taken = default;
            return false;
        }

        Watch(isOn: false);
        taken = new ReadResult(_buffer.Slice(0, _good), isCanceled, isCompleted: _flaw is null ? result.IsCompleted : !isNews);
        return true;
    }

    private void Watch(bool isOn)
    {
        if (!isOn)
        {
            _timer?.Dispose();
            _timer = null;
        }
        else if (_timer is null && limits.HeadTime > TimeSpan.Zero)
        {
            _timer = new Timer(static state => ((GuardedReader)state!).EndHead(), this, limits.HeadTime, Timeout.InfiniteTimeSpan);
        }
    }

    private void EndHead()
    {
        _isLate = true;
        inner.CancelPendingRead();
    }

    private WireFlaw? FindFlaw(bool isCompleted)
    {
        var flaw = _scanner.Scan(_buffer.Slice(_scanned), out var scanned, out var boundary);
        _good = boundary > 0 ? _scanned + boundary : _good;
        _scanned += scanned;
        return flaw is null && isCompleted && !_scanner.IsInBody && _good < _buffer.Length ? WireFlaw.CutShort : flaw;
    }

    private ReadResult BeginSubstitute(WireFlaw flaw)
    {
        Watch(isOn: false);
        _isSubstituted = true;
        _buffer = default;
        features.Set(flaw);
        _substitute = new ReadOnlySequence<byte>(_scanner.IsInBody ? NoChunk : Marker);
        return Substitute();
    }

    private ReadResult Substitute() => new(_substitute, isCanceled: false, isCompleted: _substitute.IsEmpty);
}

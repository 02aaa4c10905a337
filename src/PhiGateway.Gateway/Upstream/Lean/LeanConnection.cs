using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace PhiGateway.Gateway.Upstream.Lean;

/// <summary>
/// One HTTP/1.1 connection to an upstream: sends the bytes of one request at a time and reads the head of its answer; lent by
/// <see cref="LeanPool"/> to <see cref="LeanClient"/>, then to the <see cref="LeanBody"/> that reads on.
/// </summary>
/// <remarks>
/// Not thread-safe but for <see cref="AbortIfLate"/> and <see cref="Dispose"/>. Who waits too long is found by <see cref="LeanPool"/>'s
/// sweep, so that no request pays for a timer of its own.
/// </remarks>
internal sealed class LeanConnection(LeanPool pool, Socket socket, Stream? secured) : IDisposable
{
    private const int FirstBuffer = 8 * 1024;
    private const int WideBuffer = 64 * 1024;

    // Interim answers before the one that counts (RFC 9110, section 15.2): an upstream that never comes to it is not waited for.
    private const int MaxInterim = 8;

    private const long Claimed = -1;

    private byte[] _buffer = new byte[FirstBuffer];
    private int _start;
    private int _end;
    private long _deadline;
    private int _closed;

    // The read that was begun before the request was sent; awaited by the first one after it.
    private ValueTask<int> _answer;
    private bool _listens;

    /// <summary>When it was opened, in milliseconds of the monotonic clock.</summary>
    public long Opened { get; } = Environment.TickCount64;

    /// <summary>The certificate that was shown when it was opened; null: none.</summary>
    public SslStreamCertificateContext? Shown { get; init; }

    /// <summary>Since when it lies idle in the pool; the pool's own.</summary>
    public long IdleSince { get; set; }

    /// <summary>Whether it was closed because somebody took too long.</summary>
    public bool TimedOut { get; private set; }

    /// <summary>Whether an answer was read from it before: only then may a silent end mean that it was closed while it lay idle.</summary>
    public bool WasUsed { get; private set; }

    /// <summary>What has arrived and was not consumed.</summary>
    public ReadOnlySpan<byte> Buffered => _buffer.AsSpan(_start, _end - _start);

    /// <summary>From now on the other side has so long for its next byte.</summary>
    public void Allow(TimeSpan time) => Volatile.Write(ref _deadline, Environment.TickCount64 + (long)time.TotalMilliseconds);

    /// <summary>Nobody waits for the other side now; throws when it was closed a moment ago because somebody did for too long.</summary>
    public void Pause()
    {
        if (Interlocked.Exchange(ref _deadline, 0) == Claimed)
        {
            throw new BrokenAnswerException("The upstream took too long.");
        }
    }

    /// <summary>Closes it when somebody waits longer than was allowed; the pool's sweep calls it, from a thread of its own.</summary>
    public void AbortIfLate(long now)
    {
        // Only whoever still finds the same deadline may close: the connection may have been given back, and lent to another, meanwhile.
        var deadline = Volatile.Read(ref _deadline);
        if (deadline > 0 && now > deadline && Interlocked.CompareExchange(ref _deadline, Claimed, deadline) == deadline)
        {
            TimedOut = true;
            Dispose();
        }
    }

    /// <summary>
    /// Whether an idle connection can still be used: open, and the upstream has sent nothing unasked for. From then on it listens for the
    /// answer to what is sent next.
    /// </summary>
    /// <remarks>
    /// The read that the answer will need anyhow is begun before anything is sent: what it finds at once, on the wire or left over within a
    /// TLS record, belongs to no request.
    /// </remarks>
    public bool TryListen()
    {
        if (Volatile.Read(ref _closed) != 0 || _start != _end)
        {
            return false;
        }

        try
        {
#pragma warning disable CA2012 // Awaited once: by the first read behind the request, or by nobody when the connection is closed.
            _answer = ReceiveAsync(_buffer);
#pragma warning restore CA2012
            _listens = true;
            return !_answer.IsCompleted;
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Sends all of it.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes) => secured is null ? SendAllAsync(bytes) : secured.WriteAsync(bytes);

    /// <summary>Reads from the wire, past the buffer; zero is the end.</summary>
    public ValueTask<int> ReceiveAsync(Memory<byte> target) =>
        secured is null ? socket.ReceiveAsync(target, SocketFlags.None) : secured.ReadAsync(target);

    /// <summary>Reads the head of the next answer, past interim ones.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<AnswerHead> ReadHeadAsync(bool isHead)
    {
        for (var interim = 0; interim <= MaxInterim; )
        {
            var state = AnswerHeadReader.Read(Buffered, isHead, out var head, out var consumed);
            if (state == HeadState.Broken || head?.Status == 101)
            {
                throw new BrokenAnswerException("The head of the answer cannot be read in one way.");
            }

            if (state == HeadState.Incomplete)
            {
                if (!await FillAsync())
                {
                    throw _end == 0 && interim == 0
                        ? new StaleConnectionException()
                        : new BrokenAnswerException("The answer ends within its head.");
                }

                continue;
            }

            Consume(consumed);
            if (head!.Status >= 200)
            {
                WasUsed = true;
                return head;
            }

            interim++;
        }

        throw new BrokenAnswerException("Only interim answers came.");
    }

    /// <summary>Takes bytes from the front of what is buffered.</summary>
    public void Consume(int count)
    {
        _start += count;
        if (_start == _end)
        {
            // What was read may be of a patient: it does not stay behind.
            _buffer.AsSpan(0, _end).Clear();
            (_start, _end) = (0, 0);
        }
    }

    /// <summary>From now on more is received at a time, until it is given back: a long body is being read.</summary>
    public void Widen()
    {
        if (_buffer.Length < WideBuffer)
        {
            MoveTo(new byte[WideBuffer]);
        }
    }

    /// <summary>Receives more into the buffer; false at the end, and where no more fits than a head may have.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> FillAsync()
    {
        if (_end == _buffer.Length && !TryMakeRoom())
        {
            throw new BrokenAnswerException("More stands before the body than a head may have.");
        }

        var read = await (_listens ? Answer() : ReceiveAsync(_buffer.AsMemory(_end)));
        _end += read;
        return read > 0;
    }

    /// <summary>
    /// Given back after a whole answer: to the pool when both sides mean to go on and nothing lies behind the answer, else closed.
    /// </summary>
    public void Release(bool keep)
    {
        var claimed = Interlocked.Exchange(ref _deadline, 0) == Claimed;
        if (keep && !claimed && _start == _end && Volatile.Read(ref _closed) == 0)
        {
            if (_buffer.Length == WideBuffer)
            {
                _buffer = new byte[FirstBuffer];
            }

            pool.Return(this);
        }
        else
        {
            Dispose();
        }
    }

    /// <summary>Closes it, also under a reader on another thread.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            socket.Dispose();
            secured?.Dispose();
            pool.Forget(this);
        }
    }

    private ValueTask<int> Answer()
    {
        _listens = false;
        return _answer;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAllAsync(ReadOnlyMemory<byte> bytes)
    {
        for (var sent = 0; sent < bytes.Length; )
        {
            sent += await socket.SendAsync(bytes[sent..], SocketFlags.None);
        }
    }

    private bool TryMakeRoom()
    {
        if (_start > 0)
        {
            var held = _end - _start;
            _buffer.AsSpan(_start, held).CopyTo(_buffer);
            _buffer.AsSpan(held, _end - held).Clear();
            (_start, _end) = (0, held);
            return true;
        }

        if (_buffer.Length > AnswerHeadReader.MaxHead)
        {
            return false;
        }

        MoveTo(new byte[_buffer.Length * 2]);
        return true;
    }

    private void MoveTo(byte[] next)
    {
        var held = _buffer.AsSpan(_start, _end - _start);
        held.CopyTo(next);
        held.Clear();
        (_buffer, _start, _end) = (next, 0, held.Length);
    }
}

/// <summary>An answer whose bytes can be read in more than one way, or end too early.</summary>
internal sealed class BrokenAnswerException(string message) : IOException(message);

/// <summary>The upstream had closed the connection before it heard of the request: another one may be tried.</summary>
internal sealed class StaleConnectionException() : IOException("The connection ended before an answer began.");

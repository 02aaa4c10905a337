using System.Runtime.CompilerServices;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Upstream.Lean;

/// <summary>
/// The body of one answer as a stream, read from its <see cref="LeanConnection"/> by its stated length or by its chunks; gives the
/// connection back to its pool at the end. Made by <see cref="LeanClient"/>, read by the Release stage.
/// </summary>
/// <remarks>A body that ends early throws: it is never taken for a whole one. Not thread-safe.</remarks>
internal sealed class LeanBody : ReadOnlyStream
{
    // A size line with its extension; a trailer's line. Both are read and dropped.
    private const int MaxLine = 4 * 1024;
    private const int MaxTrailers = 32;

    // Of a body that has given so much, more is received at a time; a chunk of so much is received where it is wanted.
    private const int Long = 32 * 1024;

    private readonly LeanConnection _connection;
    private readonly BodyFraming _framing;
    private readonly bool _keep;
    private readonly TimeSpan _idle;
    private readonly int _leastRate;
    private readonly long _until;
    private long _remaining;
    private long _given;
    private long _since;
    private long _credit;
    private bool _isFirstChunk = true;
    private bool _done;

    /// <param name="connection">The connection, its head consumed; owned from here on.</param>
    /// <param name="head">How the body ends, and whether the connection goes on.</param>
    /// <param name="times">The longest silence, the longest time for all of it, and the least rate.</param>
    public LeanBody(LeanConnection connection, AnswerHead head, LeanTimes times)
    {
        _until = Environment.TickCount64 + (long)times.Whole.TotalMilliseconds;
        (_connection, _framing, _keep, _idle) = (connection, head.Framing, head.KeepsAlive, times.Silence);
        (_leastRate, _credit) = (times.LeastRate, (long)times.Silence.TotalMilliseconds);
        _remaining = head.Framing == BodyFraming.Length ? head.Length!.Value : 0;
        if (head.Framing == BodyFraming.None || (head.Framing == BodyFraming.Length && _remaining == 0))
        {
            _done = true;
            connection.Release(_keep);
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_done || buffer.Length == 0)
        {
            return new ValueTask<int>(0);
        }

        // A small answer comes with its head: there is nothing to wait for, and so nothing to call off.
        return _framing == BodyFraming.Length && !_connection.Buffered.IsEmpty
            ? new ValueTask<int>(TakePiece(buffer.Span))
            : AwaitPieceAsync(buffer, cancellationToken);
    }

    private int TakePiece(Span<byte> target)
    {
        var read = TakeBuffered(_remaining < target.Length ? target[..(int)_remaining] : target);
        _remaining -= read;
        if (_remaining == 0)
        {
            Finish();
            _connection.Release(_keep);
        }

        return read;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> AwaitPieceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            int read;
            using (cancellationToken.UnsafeRegister(static state => ((LeanConnection)state!).Dispose(), _connection))
            {
                read = await ReadFramedAsync(buffer);
            }

            // Only now: a cancellation must not close the connection under whoever it is lent to next.
            if (_done)
            {
                _connection.Release(_keep);
            }

            return read;
        }
        catch (Exception fault) when (fault is System.Net.Sockets.SocketException or ObjectDisposedException or IOException)
        {
            _done = false;
            Fail();
            cancellationToken.ThrowIfCancellationRequested();
            throw new IOException("The answer was cut short.", fault);
        }
    }

    protected override void Dispose(bool disposing)
    {
        // Not read to its end: what is left would be the beginning of the next answer.
        Fail();
        base.Dispose(disposing);
    }

    private ValueTask<int> ReadFramedAsync(Memory<byte> buffer) =>
        _framing switch
        {
            BodyFraming.Length => ReadPieceAsync(buffer, isWhole: true),
            BodyFraming.Chunked => ReadChunkedAsync(buffer),
            BodyFraming.UntilClose => ReadToEndAsync(buffer),
            _ => new ValueTask<int>(0),
        };

    // Where nothing that has come is left.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadPieceAsync(Memory<byte> buffer, bool isWhole)
    {
        Wait();
        var read = await _connection.ReceiveAsync(buffer[..(int)Math.Min(buffer.Length, _remaining)]);
        Waited(read);
        if (read == 0)
        {
            throw new BrokenAnswerException("The body ends before its length.");
        }

        _remaining -= read;
        if (isWhole && _remaining == 0)
        {
            Finish();
        }

        return read;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadToEndAsync(Memory<byte> buffer)
    {
        var read = TakeBuffered(buffer.Span);
        if (read == 0)
        {
            Wait();
            read = await _connection.ReceiveAsync(buffer);
            Waited(read);
        }

        if (read == 0)
        {
            Finish();
        }

        return read;
    }

    // RFC 9112, section 7.1.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadChunkedAsync(Memory<byte> buffer)
    {
        if (_remaining == 0)
        {
            if (!_isFirstChunk && await TakeLineAsync(MaxLine) != 0)
            {
                throw new BrokenAnswerException("A chunk is longer than it says.");
            }

            _isFirstChunk = false;
            _remaining = await TakeSizeAsync();
            if (_remaining == 0)
            {
                await SkipTrailersAsync();
                Finish();
                return 0;
            }
        }

        if (_connection.Buffered.IsEmpty)
        {
            if (_remaining >= Long)
            {
                return await ReadPieceAsync(buffer, isWhole: false);
            }

            if (_given >= Long)
            {
                _connection.Widen();
            }

            Wait();
            if (!await _connection.FillAsync())
            {
                throw new BrokenAnswerException("The body ends before its length.");
            }

            Waited(0);
        }

        return TakeChunks(buffer.Span);
    }

    // As many chunks as have come and fit: a server that writes small ones is read by what arrives, not by each of them.
    private int TakeChunks(Span<byte> target)
    {
        var taken = 0;
        do
        {
            var piece = target[taken..];
            var count = TakeBuffered(_remaining < piece.Length ? piece[..(int)_remaining] : piece);
            taken += count;
            _remaining -= count;
        } while (_remaining == 0 && taken < target.Length && TryTakeNextSize());

        _given += taken;
        Pay(taken);
        return taken;
    }

    // What stands between two chunks, where all of it has come and it can be read. The last chunk, and what is not as it should be, are left
    // to the next read, which waits for what is missing or refuses it.
    private bool TryTakeNextSize()
    {
        var buffered = _connection.Buffered;
        if (!buffered.StartsWith("\r\n"u8))
        {
            return false;
        }

        var line = buffered[2..];
        var end = line.IndexOfAny((byte)'\r', (byte)'\n');
        if (end is < 0 or > MaxLine || !line[end..].StartsWith("\r\n"u8) || !ChunkSize.TryRead(line[..end], out var size) || size == 0)
        {
            return false;
        }

        _remaining = size;
        _connection.Consume(end + 4);
        return true;
    }

    private async ValueTask<long> TakeSizeAsync()
    {
        var length = await AwaitLineAsync(MaxLine);
        var size = ChunkSize.Read(_connection.Buffered[..length]);
        _connection.Consume(length + 2);
        return size;
    }

    private async ValueTask SkipTrailersAsync()
    {
        for (var count = 0; count <= MaxTrailers; count++)
        {
            if (await TakeLineAsync(MaxLine) == 0)
            {
                return;
            }
        }

        throw new BrokenAnswerException("There is no end of trailers.");
    }

    private async ValueTask<int> TakeLineAsync(int most)
    {
        var length = await AwaitLineAsync(most);
        _connection.Consume(length + 2);
        return length;
    }

    // Length of the line at the front of the buffer, without its CRLF.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> AwaitLineAsync(int most)
    {
        while (true)
        {
            var end = _connection.Buffered.IndexOfAny((byte)'\r', (byte)'\n');
            if (end > most || (end < 0 && _connection.Buffered.Length > most))
            {
                throw new BrokenAnswerException("A line within the body does not end.");
            }

            if (end >= 0 && end + 1 < _connection.Buffered.Length)
            {
                return _connection.Buffered.Slice(end, 2).SequenceEqual("\r\n"u8)
                    ? end
                    : throw new BrokenAnswerException("A line within the body ends otherwise than by CRLF.");
            }

            Wait();
            if (!await _connection.FillAsync())
            {
                throw new BrokenAnswerException("The body ends within its framing.");
            }

            Waited(0);
        }
    }

    private int TakeBuffered(Span<byte> target)
    {
        var buffered = _connection.Buffered;
        var count = Math.Min(target.Length, buffered.Length);
        if (count > 0)
        {
            buffered[..count].CopyTo(target);
            _connection.Consume(count);
        }

        return count;
    }

    private void Wait()
    {
        _since = Environment.TickCount64;
        var left = Math.Min(_until - _since, _credit);
        if (left <= 0)
        {
            throw new BrokenAnswerException("The upstream takes too long.");
        }

        _connection.Allow(left < _idle.TotalMilliseconds ? TimeSpan.FromMilliseconds(left) : _idle);
    }

    // What came pays for the wait; one that drips holds its place no longer than one that is silent.
    private void Waited(int read)
    {
        _connection.Pause();
        _credit -= Environment.TickCount64 - _since;
        Pay(read);
    }

    private void Pay(int read) => _credit += read * 1000L / _leastRate;

    private void Finish() => _done = true;

    private void Fail()
    {
        if (!_done)
        {
            _done = true;
            _connection.Dispose();
        }
    }
}

using System.Buffers;

namespace PhiGateway.Gateway.Ingress.Wire;

/// <summary>
/// Follows the bytes of one HTTP/1.1 connection from message to message: reads heads, steps over bodies. Fed by
/// <see cref="GuardedReader"/>, one scanner per connection.
/// </summary>
/// <remarks>
/// Security: whatever could end somewhere else for another reader is a flaw, so that here and in the server's parser every message has
/// the same end. Allocates nothing; a body costs nothing but the lines before its chunks.
/// </remarks>
internal sealed class WireScanner(WireLimits limits)
{
    // A line before a chunk: size and extensions, which nobody reads.
    private const int MaxChunkLine = 256;

    // Empty lines before a request line (RFC 9112 section 2.2).
    private const int MaxEmptyLines = 4;

    private Phase _phase;
    private bool _isOld;
    private bool _hasLength;
    private bool _isChunked;
    private bool _hasHost;
    private int _headers;
    private int _headerBytes;
    private int _emptyLines;
    private long _remaining;
    private long _searched;

    private enum Phase : byte
    {
        RequestLine = 0,
        Header,
        Body,
        ChunkSize,
        ChunkData,
        ChunkEnd,
        Trailer,
    }

    /// <summary>Whether what was scanned ends inside a head: nothing of it may be read before the rest is there.</summary>
    public bool IsInsideHead => _phase == Phase.Header;

    /// <summary>Whether it ends inside a body, or in the lines around chunks.</summary>
    public bool IsInBody => _phase > Phase.Header;

    /// <summary>Scans what has come since the last call.</summary>
    /// <param name="unread">The bytes that were not scanned yet, from the end of what was.</param>
    /// <param name="scanned">How many of them were taken.</param>
    /// <param name="boundary">
    /// How many may be handed on: up to the last place that was not inside a head; 0 where there is none.
    /// </param>
    /// <returns>The first flaw; null: none so far.</returns>
    public WireFlaw? Scan(in ReadOnlySequence<byte> unread, out long scanned, out long boundary)
    {
        var rest = unread;
        scanned = 0;
        boundary = 0;
        while (!rest.IsEmpty)
        {
            long taken;
            if (_phase is Phase.Body or Phase.ChunkData)
            {
                taken = Math.Min(_remaining, rest.Length);
                _remaining -= taken;
                if (_remaining == 0)
                {
                    _phase = _phase == Phase.Body ? Phase.RequestLine : Phase.ChunkEnd;
                }
            }
            else
            {
                var flaw = TakeLine(rest, out taken);
                if (flaw is not null)
                {
                    return flaw;
                }

                if (taken == 0)
                {
                    return null;
                }
            }

            scanned += taken;
            rest = rest.Slice(taken);
            if (!IsInsideHead)
            {
                boundary = scanned;
            }
        }

        return null;
    }

    private WireFlaw? TakeLine(in ReadOnlySequence<byte> rest, out long taken)
    {
        taken = 0;
        var end = FindLineEnd(rest);
        var most = MostOf(_phase);
        if (end < 0)
        {
            _searched = rest.Length;
            return rest.Length > most ? TooLong(_phase) : null;
        }

        _searched = 0;
        if (end + 1 > most)
        {
            return TooLong(_phase);
        }

        var line = rest.Slice(0, end);
        var flaw = line.IsSingleSegment ? TakeLine(line.FirstSpan) : TakeCopied(line);
        taken = flaw is null ? end + 1 : 0;
        return flaw;
    }

    private long FindLineEnd(in ReadOnlySequence<byte> rest)
    {
        if (rest.IsSingleSegment)
        {
            var found = rest.FirstSpan[(int)_searched..].IndexOf((byte)'\n');
            return found < 0 ? -1 : found + _searched;
        }

        var tail = rest.Slice(_searched);
        return tail.PositionOf((byte)'\n') is { } at ? _searched + tail.Slice(0, at).Length : -1;
    }

    private WireFlaw? TakeCopied(in ReadOnlySequence<byte> line)
    {
        var copy = ArrayPool<byte>.Shared.Rent((int)line.Length);
        line.CopyTo(copy);
        var flaw = TakeLine(copy.AsSpan(0, (int)line.Length));
        // Headers hold tokens: not left behind in the pool.
        ArrayPool<byte>.Shared.Return(copy, clearArray: true);
        return flaw;
    }

    // A line up to its LF.
    private WireFlaw? TakeLine(ReadOnlySpan<byte> line)
    {
        if (line is not [.., (byte)'\r'])
        {
            return _phase is Phase.RequestLine or Phase.Header ? WireFlaw.BareLineEnd : WireFlaw.Chunk;
        }

        line = line[..^1];
        if (line.Contains((byte)'\r'))
        {
            return _phase is Phase.RequestLine or Phase.Header ? WireFlaw.BareLineEnd : WireFlaw.Chunk;
        }

        return _phase switch
        {
            Phase.RequestLine => TakeRequestLine(line),
            Phase.Header => line.IsEmpty ? EndHead() : TakeHeader(line),
            Phase.ChunkSize => TakeChunkSize(line),
            Phase.ChunkEnd => TakeChunkEnd(line),
            _ => TakeTrailer(line),
        };
    }

    private WireFlaw? TakeRequestLine(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
        {
            return ++_emptyLines > MaxEmptyLines ? WireFlaw.Line : null;
        }

        if (HeadLines.ReadRequestLine(line, out _isOld) is { } flaw)
        {
            return flaw;
        }

        _emptyLines = 0;
        _hasLength = _isChunked = _hasHost = false;
        _headers = _headerBytes = 0;
        _remaining = 0;
        _phase = Phase.Header;
        return null;
    }

    private WireFlaw? TakeHeader(ReadOnlySpan<byte> line)
    {
        _headers++;
        _headerBytes += line.Length + 2;
        if (_headers > limits.Headers || _headerBytes > limits.HeaderBytes)
        {
            return WireFlaw.TooLarge;
        }

        if (HeadLines.ReadHeader(line, out var name, out var value) is { } flaw)
        {
            return flaw;
        }

        if (HeadLines.Is(name, "host"u8))
        {
            // Two, or one that is no host.
            var isSecond = _hasHost;
            _hasHost = true;
            return isSecond || !HeadLines.IsHost(value) ? WireFlaw.Host : null;
        }

        if (HeadLines.Is(name, "content-length"u8))
        {
            var isSecond = _hasLength;
            _hasLength = true;
            return isSecond || _isChunked || !HeadLines.TryReadLength(value, out _remaining) ? WireFlaw.Length : null;
        }

        if (HeadLines.Is(name, "transfer-encoding"u8))
        {
            var isSecond = _isChunked;
            _isChunked = true;
            return isSecond || _hasLength || _isOld || !HeadLines.Is(value, "chunked"u8) ? WireFlaw.Coding : null;
        }

        return null;
    }

    private WireFlaw? EndHead()
    {
        if (!_hasHost && !_isOld)
        {
            return WireFlaw.Host;
        }

        var afterHead = _remaining > 0 ? Phase.Body : Phase.RequestLine;
        _phase = _isChunked ? Phase.ChunkSize : afterHead;
        return null;
    }

    private WireFlaw? TakeChunkSize(ReadOnlySpan<byte> line)
    {
        if (!HeadLines.TryReadChunkSize(line, out _remaining))
        {
            return WireFlaw.Chunk;
        }

        _headers = _headerBytes = 0;
        _phase = _remaining == 0 ? Phase.Trailer : Phase.ChunkData;
        return null;
    }

    private WireFlaw? TakeChunkEnd(ReadOnlySpan<byte> line)
    {
        _phase = Phase.ChunkSize;
        return line.IsEmpty ? null : WireFlaw.Chunk;
    }

    // Trailers are dropped; their lines are read by the grammar of headers all the same, and none may speak of framing.
    private WireFlaw? TakeTrailer(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
        {
            _phase = Phase.RequestLine;
            return null;
        }

        _headers++;
        _headerBytes += line.Length + 2;
        return
            _headers > limits.Headers
            || _headerBytes > limits.HeaderBytes
            || HeadLines.ReadHeader(line, out var name, out _) is not null
            || HeadLines.Is(name, "content-length"u8)
            || HeadLines.Is(name, "transfer-encoding"u8)
            || HeadLines.Is(name, "host"u8)
            ? WireFlaw.Chunk
            : null;
    }

    private int MostOf(Phase phase) =>
        phase switch
        {
            Phase.RequestLine => limits.RequestLine,
            Phase.Header or Phase.Trailer => limits.HeaderBytes,
            Phase.ChunkEnd => 2,
            _ => MaxChunkLine,
        };

    private static WireFlaw TooLong(Phase phase) =>
        phase switch
        {
            Phase.RequestLine => WireFlaw.LineTooLong,
            Phase.Header => WireFlaw.TooLarge,
            _ => WireFlaw.Chunk,
        };
}

/// <summary>How large the head of a request may be, and how long it may take; given to the wire guard by the data plane.</summary>
/// <param name="RequestLine">Bytes of the request line.</param>
/// <param name="HeaderBytes">Bytes of all header lines.</param>
/// <param name="Headers">Number of header lines.</param>
/// <param name="HeadTime">From its first byte to its last; zero: no limit.</param>
internal readonly record struct WireLimits(int RequestLine, int HeaderBytes, int Headers, TimeSpan HeadTime = default);

using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace PhiGateway.Audit.Journal.Segments;

/// <summary>Reads a segment file that nobody writes, frame by frame, and judges what stands behind the last whole one.</summary>
internal sealed class SegmentScanner : IDisposable
{
    private const int Block = 4096;
    private const int WindowBytes = 1024 * 1024;

    private readonly SafeFileHandle _handle;
    private readonly long _length;
    private byte[] _window = new byte[WindowBytes];
    private long _windowOffset;
    private int _windowBytes;

    public SegmentScanner(string path)
    {
        Path = path;
        _handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        _length = RandomAccess.GetLength(_handle);
        Fill(0, SegmentHeader.Bytes);
        Header = SegmentHeader.Decode(_window.AsSpan(0, _windowBytes));
        Position = SegmentHeader.Bytes;
    }

    public string Path { get; }

    public SegmentHeader? Header { get; }

    /// <summary>Offset of the next frame.</summary>
    public long Position { get; private set; }

    /// <summary>Reads the next frame when it is whole; the spans live until the next call.</summary>
    public bool TryRead(out FrameHeader frame, out ReadOnlySpan<byte> hash, out ReadOnlySpan<byte> body)
    {
        hash = body = default;
        var state = FrameFormat.Read(Window(FrameFormat.HeaderBytes), out frame);
        if (state == FrameState.Cut && Position + frame.Size <= _length)
        {
            state = FrameFormat.Read(Window(frame.Size), out frame);
        }

        if (state != FrameState.Whole)
        {
            return false;
        }

        var at = (int)(Position - _windowOffset);
        hash = _window.AsSpan(at + FrameFormat.HashOffset, JournalChain.HashBytes);
        body = _window.AsSpan(at + FrameFormat.HeaderBytes, frame.BodyBytes);
        Position += frame.Size;
        return true;
    }

    /// <summary>Whether anything but zeros stands behind the last frame.</summary>
    public bool RestIsDirty() => DirtyEnd() > Position;

    /// <summary>Judges what follows the last whole frame of the last segment.</summary>
    /// <remarks>
    /// A batch that was cut by a crash leaves whole frames behind a torn one, for pages reach the disk in any order; a frame of a later
    /// batch, however,
    /// was only written after all before it was durable: then the torn place was an acknowledged record, and that is damage.
    /// </remarks>
    public SegmentTail ReadTail(long expected)
    {
        var end = Position;
        var dirtyEnd = DirtyEnd();
        long? later = null;
        var records = 0;
        for (var at = end; at < dirtyEnd && later is null; at += 8)
        {
            Position = at;
            var header = Window(FrameFormat.HeaderBytes);
            if (header.Length < FrameFormat.HeaderBytes || !IsNear(BinaryPrimitives.ReadInt64LittleEndian(header[8..]), expected))
            {
                continue;
            }

            if (TryRead(out var frame, out _, out _))
            {
                records++;
                later = frame.Sequence - frame.BatchIndex > expected ? frame.Sequence : null;
                at = Position - 8;
            }
        }

        Position = end;
        var blockStart = end / Block * Block;
        var lastBlock = new byte[end - blockStart];
        _ = RandomAccess.Read(_handle, lastBlock, blockStart);
        return new SegmentTail(end, Math.Max(dirtyEnd, end), records, later, lastBlock);
    }

    public void Dispose() => _handle.Dispose();

    private static bool IsNear(long sequence, long expected) => sequence >= expected && sequence - expected < 100_000_000;

    private long DirtyEnd()
    {
        long end = Position;
        for (var at = Position; at < _length; )
        {
            Fill(at, WindowBytes);
            if (_windowBytes == 0)
            {
                break;
            }

            var last = _window.AsSpan(0, _windowBytes).LastIndexOfAnyExcept((byte)0);
            end = last >= 0 ? at + last + 1 : end;
            at += _windowBytes;
        }

        return end;
    }

    private ReadOnlySpan<byte> Window(int bytes)
    {
        if (Position < _windowOffset || Position + bytes > _windowOffset + _windowBytes)
        {
            Fill(Position, bytes);
        }

        return _window.AsSpan((int)(Position - _windowOffset), (int)(_windowOffset + _windowBytes - Position));
    }

    private void Fill(long offset, int atLeast)
    {
        if (_window.Length < atLeast)
        {
            _window = new byte[atLeast];
        }

        _windowOffset = offset;
        _windowBytes = 0;
        while (_windowBytes < _window.Length)
        {
            var read = RandomAccess.Read(_handle, _window.AsSpan(_windowBytes), offset + _windowBytes);
            if (read == 0)
            {
                break;
            }

            _windowBytes += read;
        }
    }
}

/// <summary>What was found behind the last whole record of the last segment: its end, and perhaps torn bytes.</summary>
/// <param name="End">Offset behind the last record.</param>
/// <param name="DirtyEnd">Offset behind the last byte that is not zero.</param>
/// <param name="WholeRecords">Whole records of the batch that was cut, behind a torn one.</param>
/// <param name="LaterDurable">A record that proves that the torn place was acknowledged; null when there is none.</param>
/// <param name="LastBlock">Bytes of the block the last record ends in, up to its end.</param>
internal sealed record SegmentTail(long End, long DirtyEnd, int WholeRecords, long? LaterDurable, byte[] LastBlock)
{
    /// <summary>Bytes of a batch that was never acknowledged.</summary>
    public long TornBytes => DirtyEnd - End;
}

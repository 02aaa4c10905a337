using Microsoft.Win32.SafeHandles;
using PhiGateway.Audit.Journal.Segments;

namespace PhiGateway.Audit.Journal;

/// <summary>
/// Reads a running journal record by record, only what is durable; for the shipper and for verification. Not thread-safe.
/// </summary>
public sealed class JournalReader : IDisposable
{
    private const int WindowBytes = 256 * 1024;

    private readonly SegmentTable _table;
    private readonly JournalState _state;
    private byte[] _window = new byte[WindowBytes];
    private int _windowAt;
    private int _windowEnd;
    private long _windowDurable = -1;
    private long _fileOffset;
    private Segment? _segment;
    private SafeFileHandle? _handle;

    internal JournalReader(SegmentTable table, JournalState state, long fromSequence)
    {
        _table = table;
        _state = state;
        NextSequence = Math.Max(0, fromSequence);
    }

    /// <summary>The record that the next read gives.</summary>
    public long NextSequence { get; private set; }

    /// <summary>Reads the next durable record; false when there is none yet.</summary>
    /// <exception cref="InvalidDataException">The record is damaged, or no longer in the journal.</exception>
    public bool TryRead(out JournalFrame frame)
    {
        frame = default;
        if (NextSequence > _state.Durable)
        {
            return false;
        }

        if (_segment is null || NextSequence > _segment.LastSequence)
        {
            Enter();
        }

        FrameHeader header;
        do
        {
            header = ReadFrame(out frame);
        } while (header.Sequence < NextSequence);

        if (header.Sequence != NextSequence)
        {
            throw Damaged();
        }

        NextSequence++;
        return true;
    }

    /// <summary>Goes on at another record.</summary>
    public void MoveTo(long sequence)
    {
        Leave();
        NextSequence = Math.Max(0, sequence);
    }

    /// <summary>
    /// For the transparency log: it durably has everything up to a record, which may be recycled once it is shipped too.
    /// </summary>
    public void NoteTakenIn(long sequence) => _state.TakenIn = Math.Max(_state.TakenIn, sequence);

    /// <inheritdoc />
    public void Dispose() => Leave();

    private FrameHeader ReadFrame(out JournalFrame frame)
    {
        var header = Locate();
        var at = _windowAt;
        _windowAt += header.Size;
        if (header.Sequence < NextSequence)
        {
            frame = default;
            return header;
        }

        // One array for both: the frame outlives the window.
        var bytes = _window.AsSpan(at + FrameFormat.HashOffset, JournalChain.HashBytes + header.BodyBytes).ToArray();
        frame = new JournalFrame(header.Sequence, bytes.AsMemory(0, JournalChain.HashBytes), bytes.AsMemory(JournalChain.HashBytes));
        return header;
    }

    private FrameHeader Locate()
    {
        // What was read before it was durable may have been read half-written.
        var state = FrameState.Cut;
        FrameHeader header = default;
        if (_windowDurable >= NextSequence)
        {
            state = FrameFormat.Read(_window.AsSpan(_windowAt, _windowEnd - _windowAt), out header);
        }

        if (state is FrameState.Cut or FrameState.End)
        {
            Fill(WindowBytes);
            state = FrameFormat.Read(_window.AsSpan(0, _windowEnd), out header);
        }

        if (state == FrameState.Cut && header.Size > _window.Length)
        {
            Fill(header.Size);
            state = FrameFormat.Read(_window.AsSpan(0, _windowEnd), out header);
        }

        return state == FrameState.Whole ? header : throw Damaged();
    }

    private void Enter()
    {
        Leave();
        _segment = _table.Lease(NextSequence) ?? throw new InvalidDataException($"Record {NextSequence} is no longer in the journal.");
        _handle = File.OpenHandle(_segment.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        _fileOffset = SegmentHeader.Bytes;
        _windowAt = _windowEnd = 0;
        _windowDurable = -1;
    }

    private void Leave()
    {
        _handle?.Dispose();
        _handle = null;
        if (_segment is { } segment)
        {
            _segment = null;
            _table.Release(segment);
        }
    }

    // Reads from the next frame on.
    private void Fill(int bytes)
    {
        _fileOffset += _windowAt;
        _windowAt = 0;
        if (_window.Length < bytes)
        {
            _window = new byte[bytes];
        }

        _windowDurable = _state.Durable;
        _windowEnd = 0;
        while (_windowEnd < _window.Length)
        {
            var read = RandomAccess.Read(_handle!, _window.AsSpan(_windowEnd), _fileOffset + _windowEnd);
            if (read == 0)
            {
                break;
            }

            _windowEnd += read;
        }
    }

    private InvalidDataException Damaged() => new($"Record {NextSequence} of the journal is damaged in {_segment?.Path}.");
}

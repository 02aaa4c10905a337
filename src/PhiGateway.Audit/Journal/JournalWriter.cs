using System.Diagnostics;
using System.Security.Cryptography;
using PhiGateway.Audit.Journal.Files;
using PhiGateway.Audit.Journal.Segments;

namespace PhiGateway.Audit.Journal;

/// <summary>
/// The journal's one writing thread: takes all records that wait in the <see cref="PendingQueue"/>, chains their hashes, writes them to the
/// segment file with one flush and completes their callers, or fails them. Started and stopped by <see cref="FileJournal"/>.
/// </summary>
internal sealed class JournalWriter : IDisposable
{
    private const int Block = 4096;
    private const int BufferBytes = 1024 * 1024;
    private const int LeastPerGroup = 4;
    private const int ManyUnawaited = 256;

    private readonly JournalOptions _options;
    private readonly JournalState _state;
    private readonly PendingQueue _queue;
    private readonly SegmentTable _table;
    private readonly SegmentSupply _supply;
    private readonly JournalSpace _space;
    private readonly JournalCheckpoint _checkpoint;
    private readonly JournalMetrics _metrics;
    private readonly Action _rolled;
    private readonly BatchWindow _window;
    private readonly Thread _thread;

    // Bytes from the last block that is not full on: whole blocks are written, so the kernel never has to read one first.
    private byte[] _buffer = new byte[BufferBytes];
    private long _bufferOffset;
    private int _filled;
    private int _filledDurable;

    // After a write that failed for lack of room: how far it may have left bytes that the next write must cover.
    private long _dirtyEnd;

    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _chain = new byte[JournalChain.HashBytes];
    private readonly byte[] _chainDurable = new byte[JournalChain.HashBytes];
    private IJournalFile _file;
    private Segment _segment;
    private long _next;
    private PendingAppend? _first;
    private PendingAppend? _last;
    private int _inBatch;

    // That a record found the last room says nothing about the others.
    private bool _inBatchReservedOnly = true;
    private bool _exited;

    public JournalWriter(
        JournalOptions options,
        JournalState state,
        PendingQueue queue,
        SegmentTable table,
        SegmentSupply supply,
        JournalSpace space,
        JournalCheckpoint checkpoint,
        JournalMetrics metrics,
        IJournalFile file,
        JournalTail tail,
        Action rolled
    )
    {
        _options = options;
        _state = state;
        _queue = queue;
        _table = table;
        _supply = supply;
        _space = space;
        _checkpoint = checkpoint;
        _metrics = metrics;
        _rolled = rolled;
        _window = new BatchWindow(options.MaxBatchWindow);
        _file = file;
        _segment = table.Current;
        _next = tail.LastSequence + 1;
        tail.ChainHash.CopyTo(_chain, 0);
        tail.ChainHash.CopyTo(_chainDurable, 0);
        _bufferOffset = _segment.End / Block * Block;
        _filled = _filledDurable = (int)(_segment.End - _bufferOffset);
        tail.LastBlock.AsSpan(0, _filled).CopyTo(_buffer);
        _thread = new Thread(Run) { Name = "audit journal", IsBackground = true };
    }

    public ReadOnlySpan<byte> ChainDurable => _chainDurable;

    public void Start() => _thread.Start();

    /// <summary>Writes what is queued, then ends; returns when the thread has ended.</summary>
    public void Stop()
    {
        Volatile.Write(ref _state.Stopping, true);
        _queue.Wake();
        _thread.Join();
    }

    /// <summary>Called after a record was queued: a record that came after the writer's end must not wait for ever.</summary>
    public void EnsureAnswered()
    {
        if (Volatile.Read(ref _exited))
        {
            FailAll(_queue.TakeAll(out _), JournalStatus.Closed, null);
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _sha256.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            if (_queue.IsEmpty)
            {
                if (Volatile.Read(ref _state.Stopping))
                {
                    break;
                }

                _queue.Wait(ref _state.Stopping);
                continue;
            }

            // Records that nobody waits for are not worth a flush of their own: they go with the next one that somebody waits for.
            if (!_queue.HasAwaited && _queue.Unawaited < ManyUnawaited)
            {
                _queue.WaitForAwaited(_options.MaxUnawaitedDelay, ref _state.Stopping);
            }

            _window.Gather(_queue);
            var batch = _queue.TakeAll(out var count);
            if (_state.Status == JournalStatus.Dead)
            {
                FailAll(batch, JournalStatus.Dead, _state.Cause);
                continue;
            }

            _window.Flushing(count);
            WriteAll(batch);
        }

        Volatile.Write(ref _exited, true);
        Interlocked.MemoryBarrier();
        EnsureAnswered();
    }

    private void WriteAll(PendingAppend? pending)
    {
        while (pending is not null)
        {
            var next = pending.Next;
            pending.Next = null;
            try
            {
                Put(pending);
            }
            catch (Exception e)
            {
                // Whatever happened, the record is not on the disk and what is there is unknown: no second try on the same bytes.
                _state.Die(e);
                FailBatch(JournalStatus.Dead, e);
                FailAll(pending, JournalStatus.Dead, e);
                FailAll(next, JournalStatus.Dead, e);
                return;
            }

            pending = next;
        }

        try
        {
            Flush();
        }
        catch (Exception e)
        {
            _state.Die(e);
            FailBatch(JournalStatus.Dead, e);
        }
    }

    private void Put(PendingAppend pending)
    {
        var size = FrameFormat.SizeOf(pending.BodyBytes);
        if (_bufferOffset + _filled + size > _options.SegmentBytes)
        {
            Flush();
            if (_bufferOffset + _filled + size > _options.SegmentBytes && !Roll())
            {
                RefuseForRoom(pending);
                return;
            }
        }

        if (!pending.IsReserved && IsLastRoom(size))
        {
            RefuseForRoom(pending);
            return;
        }

        // A failed flush for lack of room has put the buffer back to its durable part, so there is always a way on.
        if (_filled + size + Block > _buffer.Length)
        {
            Flush();
            if (_filled + size + Block > _buffer.Length)
            {
                Array.Resize(ref _buffer, _filled + size + Block);
            }
        }

        JournalChain.Link(_sha256, _chain, _next, pending.HeadroomAndBody);
        FrameFormat.Write(_buffer.AsSpan(_filled, size), _next, _inBatch, _chain, pending.Body);
        pending.Sequence = _next++;
        _filled += size;
        _inBatch++;
        _inBatchReservedOnly &= pending.IsReserved;
        _first ??= pending;
        if (_last is not null)
        {
            _last.Next = pending;
        }

        _last = pending;
    }

    // Whatever the marks say, for the disk may have filled since it was measured: the end of the last segment is kept for what must not be
    // lost. While it is known that there is no room, the keeper tries to make some, not each record.
    private bool IsLastRoom(int size) =>
        _options.SegmentBytes - _bufferOffset - _filled - size < _options.ReserveBytes
        && !_supply.HasSpare
        && (_space.Blocked || !_supply.Prepare());

    private void RefuseForRoom(PendingAppend pending)
    {
        _space.Blocked = true;
        _space.Evaluate();
        FailAll(pending, JournalStatus.Full, null);
    }

    private void Flush()
    {
        if (_inBatch == 0)
        {
            return;
        }

        var end = Math.Max(_bufferOffset + _filled, _dirtyEnd);
        var length = (int)((end - _bufferOffset + Block - 1) / Block * Block);
        if (length > _buffer.Length)
        {
            Array.Resize(ref _buffer, length);
        }

        _buffer.AsSpan(_filled, length - _filled).Clear();
        var started = Stopwatch.GetTimestamp();
        try
        {
            _file.WriteDurable(_buffer.AsSpan(0, length), _bufferOffset);
        }
        catch (Exception e) when (JournalFiles.IsNoRoom(e))
        {
            _dirtyEnd = end;
            _next -= _inBatch;
            _filled = _filledDurable;
            _chainDurable.CopyTo(_chain, 0);
            _space.Blocked = true;
            _space.Evaluate();
            FailBatch(JournalStatus.Full, e);
            return;
        }

        Settle();
        _metrics.Flushed(_inBatch, length, Stopwatch.GetElapsedTime(started));
        Release();
    }

    // The batch is on the disk: say so everywhere before any waiter is told.
    private void Settle()
    {
        _dirtyEnd = 0;
        _chain.CopyTo(_chainDurable, 0);
        _segment.End = _bufferOffset + _filled;
        _segment.LastSequence = _next - 1;
        var whole = _filled / Block * Block;
        _buffer.AsSpan(whole, _filled - whole).CopyTo(_buffer);
        _bufferOffset += whole;
        _filled -= whole;
        _filledDurable = _filled;
        KeepCheckpoint();
        _state.Durable = _next - 1;
        _space.Blocked = _space.Blocked && _inBatchReservedOnly;
        _space.Evaluate();
    }

    // The records are on the disk. A checkpoint that finds no room says less than it could until the next one; that is all.
    private void KeepCheckpoint()
    {
        try
        {
            _checkpoint.Write(_state.Log, _next - 1, _chainDurable, clean: false);
        }
        catch (Exception e) when (JournalFiles.IsNoRoom(e))
        {
            // The next batch meets the same disk, and is refused if there is still no room.
        }
    }

    private bool Roll()
    {
        var file = _supply.Start(_next, [.. _chain]);
        if (file is null)
        {
            return false;
        }

        _file.Dispose();
        _file = file;
        _segment = _table.Current;
        _bufferOffset = SegmentHeader.Bytes;
        _filled = _filledDurable = 0;
        _dirtyEnd = 0;
        _rolled();
        return true;
    }

    private void Release()
    {
        var pending = _first;
        var count = _inBatch;
        ForgetBatch();
        ReleaseAll(pending, count);
    }

    // Waiters go to the pool in a group for each processor: a work item each costs more than the record, one for all leaves the other
    // processors idle.
    private static void ReleaseAll(PendingAppend? pending, int count)
    {
        var perGroup = Math.Max(LeastPerGroup, (count + Environment.ProcessorCount - 1) / Environment.ProcessorCount);
        while (pending is not null)
        {
            var group = pending;
            for (var i = 1; i < perGroup && pending.Next is not null; i++)
            {
                pending = pending.Next;
            }

            var next = pending.Next;
            pending.Next = null;
            pending = next;
            _ = ThreadPool.UnsafeQueueUserWorkItem(group, preferLocal: false);
        }
    }

    private void FailBatch(JournalStatus status, Exception? cause)
    {
        var pending = _first;
        ForgetBatch();
        FailAll(pending, status, cause);
    }

    private void ForgetBatch()
    {
        _first = _last = null;
        _inBatch = 0;
        _inBatchReservedOnly = true;
    }

    private void FailAll(PendingAppend? pending, JournalStatus status, Exception? cause)
    {
        var count = 0;
        for (var each = pending; each is not null; each = each.Next)
        {
            _state.CountRefused();
            each.Refuse(status, cause);
            count++;
        }

        ReleaseAll(pending, count);
    }
}

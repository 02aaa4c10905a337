using PhiGateway.Audit.Journal.Files;
using PhiGateway.Audit.Journal.Segments;

namespace PhiGateway.Audit.Journal;

/// <summary>
/// Runs in the background what must not hold up the writer: spare segments, recycling, the shipped cursor, the checkpoint's flush, a look
/// at the disk.
/// </summary>
internal sealed class JournalKeeper : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly JournalOptions _options;
    private readonly JournalState _state;
    private readonly IJournalFiles _files;
    private readonly SegmentSupply _supply;
    private readonly Segments.SegmentTable _table;
    private readonly JournalSpace _space;
    private readonly JournalCheckpoint _checkpoint;
    private readonly Func<long, bool> _carryForward;
    private readonly Action _afterRound;
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly Lock _round = new();
    private readonly Thread _thread;
    private long _cursorWritten;
    private long _checkpointFlushed = -1;
    private bool _stopping;

    public JournalKeeper(
        JournalOptions options,
        JournalState state,
        IJournalFiles files,
        SegmentSupply supply,
        Segments.SegmentTable table,
        JournalSpace space,
        JournalCheckpoint checkpoint,
        Func<long, bool> carryForward,
        Action afterRound
    )
    {
        _options = options;
        _state = state;
        _files = files;
        _supply = supply;
        _table = table;
        _space = space;
        _checkpoint = checkpoint;
        _carryForward = carryForward;
        _afterRound = afterRound;
        _cursorWritten = state.Shipped;
        _thread = new Thread(Run)
        {
            Name = "audit journal keeper",
            IsBackground = true,
            Priority = ThreadPriority.BelowNormal,
        };
    }

    /// <summary>What the keeper could not do, in words without PHI; null when all is well.</summary>
    public string? Problem { get; private set; }

    public void Start() => _thread.Start();

    public void Wake() => _wake.Set();

    /// <summary>One round; also called by tests, and once more at the end.</summary>
    public void Round()
    {
        lock (_round)
        {
            try
            {
                KeepCursor();
                Recycle();
                _space.Measure(_files.FreeBytes(_options.Directory), _supply.AllocatedFiles);
                if (_supply.Prepare())
                {
                    _space.Blocked = false;
                }

                _space.Evaluate();
                Problem = null;
            }
            catch (Exception e) when (JournalFiles.IsDiskFault(e))
            {
                // The writer meets a broken disk by itself, at the next record; housekeeping is tried again.
                Problem = $"The journal's housekeeping failed: {e.Message}";
            }

            KeepCheckpoint();
        }
    }

    /// <summary>
    /// Lowers how far the store has everything; what was recycled already stays behind that, for it is not here any more.
    /// </summary>
    /// <returns>How far that was; null: it stays as it is.</returns>
    public long? TakeBack(long sequence)
    {
        lock (_round)
        {
            var (before, now) = (_state.Shipped, Math.Max(sequence, _table.FirstSequence - 1));
            if (now >= before)
            {
                return null;
            }

            _state.Shipped = now;
            return before;
        }
    }

    public void Stop()
    {
        Volatile.Write(ref _stopping, true);
        _ = _wake.Set();
        _thread.Join();
    }

    public void Dispose() => _wake.Dispose();

    private void Run()
    {
        while (!Volatile.Read(ref _stopping))
        {
            Round();
            _afterRound();
            _ = _wake.WaitOne(Interval);
        }
    }

    private void KeepCursor()
    {
        var shipped = _state.Shipped;
        if (shipped != _cursorWritten)
        {
            ShippedCursor.Write(_options.Directory, shipped, _files);
            _cursorWritten = shipped;
        }
    }

    // Only what the durable cursor covers, and the store still has: a segment must never be gone before the cursor says why.
    private void Recycle()
    {
        var free = Math.Min(Math.Min(_cursorWritten, _state.Shipped), _state.TakenIn);
        if (_table.FindShipped(free) is null)
        {
            return;
        }

        // Emptying segments takes long on a slow disk: a checkpoint that a power cut puts back must not be older than what is gone.
        KeepCheckpoint();
        free = Math.Min(free, _checkpointFlushed);
        while (_table.FindShipped(free) is { } next && _carryForward(next.LastSequence) && _table.TakeShipped(free) is { } segment)
        {
            Recycle(segment);
        }
    }

    // Where it fails while the file still bears its name, the segment stays one: forgotten, it would make those behind it look lost once one of
    // them has gone. The disk is not asked for the file: of a folder that may not be entered it says that nothing is there.
    private void Recycle(Segment segment)
    {
        try
        {
            _supply.Recycle(segment);
        }
        catch (Exception e) when (JournalFiles.IsDiskFault(e))
        {
            if (!segment.IsGone && e is not FileNotFoundException)
            {
                _table.PutBack(segment);
            }

            throw;
        }
    }

    private void KeepCheckpoint()
    {
        var durable = _state.Durable;
        if (durable == _checkpointFlushed || _state.Status == JournalStatus.Dead)
        {
            return;
        }

        try
        {
            _checkpoint.Flush();
            _checkpointFlushed = durable;
        }
        catch (Exception e) when (JournalFiles.IsDiskFault(e))
        {
            _state.Die(e);
        }
    }
}

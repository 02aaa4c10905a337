using System.Threading.Tasks.Sources;
using PhiGateway.Audit.Journal.Segments;
using PhiGateway.Audit.Records;

namespace PhiGateway.Audit.Journal;

/// <summary>
/// One encoded record on its way to the disk, and the promise of its place that the caller waits for; made by <see cref="FileJournal"/>,
/// completed by <see cref="JournalWriter"/>, pooled.
/// </summary>
internal sealed class PendingAppend : IValueTaskSource<AuditPosition>, IThreadPoolWorkItem
{
    // A record with thousands of resources should not keep its buffer for ever.
    private const int LargestKept = 32 * 1024;

    private readonly PendingPool _pool;
    private ManualResetValueTaskSourceCore<AuditPosition> _core;
    private byte[] _buffer = new byte[2048];
    private JournalUnavailableException? _failure;

    public PendingAppend(PendingPool pool) => _pool = pool;

    /// <summary>Next in the queue; belongs to whoever holds the record.</summary>
    public PendingAppend? Next { get; set; }

    /// <summary>Somebody waits and will give the object back by asking for the result.</summary>
    public bool Awaited { get; private set; }

    /// <summary>May use the last room there is.</summary>
    public bool IsReserved { get; private set; }

    public int BodyBytes { get; private set; }

    /// <summary>Place in the log, once it has one.</summary>
    public long Sequence { get; set; }

    public ValueTask<AuditPosition> Task => new(this, _core.Version);

    public ReadOnlySpan<byte> Body => _buffer.AsSpan(JournalChain.Headroom, BodyBytes);

    public Span<byte> HeadroomAndBody => _buffer.AsSpan(0, JournalChain.Headroom + BodyBytes);

    /// <summary>Encodes on the caller's thread.</summary>
    public void Encode(AuditRecord record, bool awaited, bool reserved)
    {
        Awaited = awaited;
        IsReserved = reserved;
        BodyBytes = AuditRecordWriter.Write(record, ref _buffer, JournalChain.Headroom);
    }

    /// <summary>Releases this waiter and those linked behind it, on a thread of the pool: the writer never runs a waiter's code.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        var pending = this;
        while (pending is not null)
        {
            // Once completed the object belongs to its waiter.
            var next = pending.Next;
            pending.Complete();
            pending = next;
        }
    }

    private void Complete()
    {
        if (!Awaited)
        {
            Return();
        }
        else if (_failure is null)
        {
            _core.SetResult(new AuditPosition(Sequence));
        }
        else
        {
            _core.SetException(_failure);
        }
    }

    /// <summary>Makes the release a refusal.</summary>
    public void Refuse(JournalStatus status, Exception? cause) => _failure = new JournalUnavailableException(status, cause);

    /// <summary>Gives back an object whose task was never handed out.</summary>
    public void Return()
    {
        if (_buffer.Length > LargestKept)
        {
            _buffer = new byte[2048];
        }

        Next = null;
        _failure = null;
        _core.Reset();
        _pool.Return(this);
    }

    AuditPosition IValueTaskSource<AuditPosition>.GetResult(short token)
    {
        // A caller that awaits twice must not give the object back twice, or two records would share it.
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            throw new InvalidOperationException("An append is awaited, not polled.");
        }

        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            Return();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<AuditPosition>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<AuditPosition>.OnCompleted(
        Action<object?> continuation,
        object? state,
        short token,
        ValueTaskSourceOnCompletedFlags flags
    ) => _core.OnCompleted(continuation, state, token, flags);
}

namespace PhiGateway.Audit.Journal;

/// <summary>Many appenders, one taker, no lock: the taker gets all that waits at once, in order of arrival.</summary>
internal sealed class PendingQueue : IDisposable
{
    private readonly AutoResetEvent _wake = new(initialState: false);
    private PendingAppend? _newest;
    private int _parked;
    private int _count;
    private int _unawaited;

    /// <summary>Those of <see cref="Count"/> that nobody waits for.</summary>
    public int Unawaited => Volatile.Read(ref _unawaited);

    /// <summary>Records queued and not yet taken.</summary>
    public int Count => Volatile.Read(ref _count);

    public bool IsEmpty => Volatile.Read(ref _newest) is null;

    public void Add(PendingAppend pending)
    {
        _ = Interlocked.Increment(ref _count);
        if (!pending.Awaited)
        {
            _ = Interlocked.Increment(ref _unawaited);
        }

        PendingAppend? newest;
        do
        {
            newest = Volatile.Read(ref _newest);
            pending.Next = newest;
        }
        while (Interlocked.CompareExchange(ref _newest, pending, newest) != newest);

        Wake();
    }

    /// <summary>Oldest first, linked by <see cref="PendingAppend.Next"/>; null when nothing waits.</summary>
    public PendingAppend? TakeAll(out int count)
    {
        var pending = Interlocked.Exchange(ref _newest, null);
        PendingAppend? oldest = null;
        count = 0;
        var unawaited = 0;
        while (pending is not null)
        {
            var next = pending.Next;
            unawaited += pending.Awaited ? 0 : 1;
            pending.Next = oldest;
            oldest = pending;
            pending = next;
            count++;
        }

        _ = Interlocked.Add(ref _count, -count);
        if (unawaited > 0)
        {
            _ = Interlocked.Add(ref _unawaited, -unawaited);
        }

        return oldest;
    }

    /// <summary>Sleeps until something is added or <see cref="Wake"/> is called. For the taker only.</summary>
    public void Wait(ref readonly bool stopping)
    {
        // Parked is published before the queue is looked at once more; an appender does the reverse: one of the two sees the other.
        _ = Interlocked.Exchange(ref _parked, 1);
        if (!IsEmpty || Volatile.Read(in stopping))
        {
            _ = Interlocked.Exchange(ref _parked, 0);
            return;
        }

        _ = _wake.WaitOne();
    }

    public void Wake()
    {
        if (Volatile.Read(ref _parked) == 1 && Interlocked.Exchange(ref _parked, 0) == 1)
        {
            _ = _wake.Set();
        }
    }

    public void Dispose() => _wake.Dispose();
}

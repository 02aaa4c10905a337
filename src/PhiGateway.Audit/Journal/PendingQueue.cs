namespace PhiGateway.Audit.Journal;

/// <summary>
/// A lock-free queue of records that wait to be written: request threads push, the <see cref="JournalWriter"/> takes all at once, in order
/// of arrival.
/// </summary>
internal sealed class PendingQueue : IDisposable
{
    private const int Awake = 0;
    private const int ParkedForAny = 1;
    private const int ParkedForAwaited = 2;

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

    /// <summary>Somebody waits for one of them.</summary>
    public bool HasAwaited => Count > Unawaited;

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
        } while (Interlocked.CompareExchange(ref _newest, pending, newest) != newest);

        Wake(pending.Awaited);
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

    /// <summary>Sleeps until something is added or <see cref="Wake()"/> is called. For the taker only.</summary>
    public void Wait(ref readonly bool stopping)
    {
        // Parked is published before the queue is looked at once more; an appender does the reverse: one of the two sees the other.
        _ = Interlocked.Exchange(ref _parked, ParkedForAny);
        if (!IsEmpty || Volatile.Read(in stopping))
        {
            _ = Interlocked.Exchange(ref _parked, Awake);
            return;
        }

        _ = _wake.WaitOne();
    }

    /// <summary>Sleeps until somebody waits for a record, the time is up or <see cref="Wake()"/> is called. For the taker only.</summary>
    public void WaitForAwaited(TimeSpan longest, ref readonly bool stopping)
    {
        _ = Interlocked.Exchange(ref _parked, ParkedForAwaited);
        if (!HasAwaited && !Volatile.Read(in stopping))
        {
            _ = _wake.WaitOne(longest);
        }

        _ = Interlocked.Exchange(ref _parked, Awake);
    }

    /// <summary>Ends the taker's sleep.</summary>
    public void Wake() => Wake(awaited: true);

    private void Wake(bool awaited)
    {
        var parked = Volatile.Read(ref _parked);
        if (parked != Awake && (awaited || parked == ParkedForAny) && Interlocked.CompareExchange(ref _parked, Awake, parked) == parked)
        {
            _ = _wake.Set();
        }
    }

    public void Dispose() => _wake.Dispose();
}

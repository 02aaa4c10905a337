using System.Collections.Concurrent;

namespace PhiGateway.Audit.Journal;

/// <summary>Pools spare <see cref="PendingAppend"/>s of one journal, up to a bound, so that a burst does not keep its memory.</summary>
internal sealed class PendingPool
{
    private const int Most = 1024;

    private readonly ConcurrentQueue<PendingAppend> _spare = new();
    private int _count;

    public PendingAppend Rent()
    {
        if (_spare.TryDequeue(out var pending))
        {
            _ = Interlocked.Decrement(ref _count);
            return pending;
        }

        return new PendingAppend(this);
    }

    public void Return(PendingAppend pending)
    {
        if (Volatile.Read(ref _count) < Most)
        {
            _ = Interlocked.Increment(ref _count);
            _spare.Enqueue(pending);
        }
    }
}

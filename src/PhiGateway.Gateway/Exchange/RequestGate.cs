namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Counts requests of one client: those a second (GCRA) and those in flight. Its calls and its requests for tokens have one each.
/// </summary>
/// <remarks>Thread-safe. A refused request does not extend the wait.</remarks>
internal abstract class RequestGate
{
    private long _nextAllowed;
    private int _inFlight;

    /// <summary>How many requests have a place now.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Takes a place; false when too many are in flight.</summary>
    public bool TryEnter(int concurrency)
    {
        if (Interlocked.Increment(ref _inFlight) <= concurrency)
        {
            return true;
        }

        Interlocked.Decrement(ref _inFlight);
        return false;
    }

    /// <summary>Gives the place back.</summary>
    public void Leave() => Interlocked.Decrement(ref _inFlight);

    /// <summary>How long the next request would have to wait; zero: it need not. Takes nothing.</summary>
    /// <param name="perSecond">Requests a second.</param>
    /// <param name="now">As for <see cref="Conform"/>.</param>
    public TimeSpan WaitAtRate(int perSecond, TimeSpan now) => WaitAt(IntervalOf(perSecond), now);

    /// <summary>Generic cell rate algorithm: zero when the request conforms, else how long to wait.</summary>
    /// <param name="perSecond">Requests a second.</param>
    /// <param name="now">A clock that never goes back, read here and now: the time at which a request began would hold against it what
    /// others did meanwhile.</param>
    /// <param name="cost">How many requests it stands for; it is let in as one, and the next waits for all of them.</param>
    public TimeSpan Conform(int perSecond, TimeSpan now, int cost = 1) => ConformAt(IntervalOf(perSecond), now, cost);

    /// <summary>Lets the next wait for so many more requests than the one that was let in.</summary>
    public void Charge(int perSecond, int more) => Interlocked.Add(ref _nextAllowed, IntervalOf(perSecond) * more);

    /// <summary>The time that one request takes of a rate.</summary>
    protected virtual long IntervalOf(int perSecond) => TimeSpan.TicksPerSecond / perSecond;

    /// <summary>As <see cref="WaitAtRate"/>, by the time that one request takes.</summary>
    protected TimeSpan WaitAt(long interval, TimeSpan now)
    {
        var wait = Interlocked.Read(ref _nextAllowed) - now.Ticks - BurstOf(interval);
        return wait > 0 ? TimeSpan.FromTicks(wait) : TimeSpan.Zero;
    }

    /// <summary>As <see cref="Conform"/>, by the time that one request takes.</summary>
    protected TimeSpan ConformAt(long interval, TimeSpan now, int cost)
    {
        var burst = BurstOf(interval);
        while (true)
        {
            var expected = Interlocked.Read(ref _nextAllowed);
            var arrival = Math.Max(expected, now.Ticks);
            if (arrival - now.Ticks > burst)
            {
                return TimeSpan.FromTicks(arrival - now.Ticks - burst);
            }

            if (Interlocked.CompareExchange(ref _nextAllowed, arrival + (interval * cost), expected) == expected)
            {
                return TimeSpan.Zero;
            }
        }
    }

    /// <summary>
    /// A larger share is given out from now on: what may come at once stays as many requests as it was, or each change would be a second
    /// burst.
    /// </summary>
    /// <param name="before">The share before.</param>
    /// <param name="after">The share now, a larger one.</param>
    /// <param name="interval">The time that one request takes now.</param>
    /// <param name="now">As for <see cref="Conform"/>.</param>
    protected void Grow(int before, int after, long interval, TimeSpan now)
    {
        while (true)
        {
            var expected = Interlocked.Read(ref _nextAllowed);
            var late = Math.Max(expected - now.Ticks, 0);
            var left = Math.Max(TimeSpan.TicksPerSecond - late, 0) * before / after;

            // Who had waited long enough for one request has it still.
            left = late == 0 ? Math.Max(left, Math.Min(interval, TimeSpan.TicksPerSecond)) : left;
            if (Interlocked.CompareExchange(ref _nextAllowed, now.Ticks + TimeSpan.TicksPerSecond - left, expected) == expected)
            {
                return;
            }
        }
    }

    // One second's worth may come at once, and one request in any case.
    private static long BurstOf(long interval) => Math.Max(TimeSpan.TicksPerSecond - interval, 0);
}

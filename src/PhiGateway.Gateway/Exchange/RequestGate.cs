namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Counts requests of one client: those a second (GCRA) and those in flight. Its calls and its requests for tokens have one each.
/// </summary>
/// <remarks>Thread-safe. A refused request does not extend the wait.</remarks>
internal abstract class RequestGate
{
    // In the place of the round: nobody gets it any more.
    private const int Retired = -1;

    private readonly RateClock _clock = new();
    private int _inFlight;
    private int _usedIn;

    /// <summary>How many requests have a place now.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Notes that somebody asks for it in a round; false: it was given up, and another is to be made.</summary>
    public bool TryUse(int round)
    {
        while (true)
        {
            // Read first: nearly every request comes in a round in which somebody came before.
            var last = Volatile.Read(ref _usedIn);
            if (last == Retired)
            {
                return false;
            }

            if (last >= round || Interlocked.CompareExchange(ref _usedIn, round, last) == last)
            {
                return true;
            }
        }
    }

    /// <summary>Gives it up where nobody asked for it in the two rounds before this one, and no request has a place; whether it did.</summary>
    public bool TryRetire(int round)
    {
        var last = Volatile.Read(ref _usedIn);
        return last != Retired && round - last > 2 && InFlight == 0 && Interlocked.CompareExchange(ref _usedIn, Retired, last) == last;
    }

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
    public TimeSpan WaitAtRate(int perSecond, TimeSpan now) => _clock.WaitOf(IntervalOf(perSecond), now);

    /// <summary>Generic cell rate algorithm: zero when the request conforms, else how long to wait.</summary>
    /// <param name="perSecond">Requests a second.</param>
    /// <param name="now">A clock that never goes back, read here and now: the time at which a request began would hold against it what
    /// others did meanwhile.</param>
    /// <param name="cost">How many requests it stands for; it is let in as one, and the next waits for all of them.</param>
    public TimeSpan Conform(int perSecond, TimeSpan now, int cost = 1) => _clock.Conform(IntervalOf(perSecond), now, cost);

    /// <summary>Lets the next wait for so many more requests than the one that was let in.</summary>
    public void Charge(int perSecond, int more) => _clock.Charge(IntervalOf(perSecond) * more);

    /// <summary>Counts requests that something else let in.</summary>
    protected void Take(int perSecond, TimeSpan now, int cost) => _clock.Take(IntervalOf(perSecond) * cost, now);

    /// <summary>The time that one request takes of a rate.</summary>
    protected static long IntervalOf(int perSecond) => TimeSpan.TicksPerSecond / perSecond;
}

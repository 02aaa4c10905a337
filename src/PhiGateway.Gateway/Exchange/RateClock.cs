namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// One count of requests a second (generic cell rate algorithm): the time at which all that was let in is paid for. Part of
/// <see cref="RequestGate"/>, and of <see cref="ClientGate"/> for what this node gives out of a shared rate.
/// </summary>
/// <remarks>Thread-safe. A refused request does not extend the wait.</remarks>
internal sealed class RateClock
{
    private long _nextAllowed;

    /// <summary>How long the next request would have to wait; zero: it need not. Takes nothing.</summary>
    /// <param name="interval">The time that one request takes.</param>
    /// <param name="now">As for <see cref="RequestGate.Conform"/>.</param>
    public TimeSpan WaitOf(long interval, TimeSpan now)
    {
        var wait = Interlocked.Read(ref _nextAllowed) - now.Ticks - BurstOf(interval);
        return wait > 0 ? TimeSpan.FromTicks(wait) : TimeSpan.Zero;
    }

    /// <summary>Zero when the request conforms, else how long to wait.</summary>
    /// <param name="interval">The time that one request takes.</param>
    /// <param name="now">As for <see cref="RequestGate.Conform"/>.</param>
    /// <param name="cost">How many requests it stands for.</param>
    public TimeSpan Conform(long interval, TimeSpan now, int cost)
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

    /// <summary>Lets the next wait for so much longer; what was let in elsewhere counts here.</summary>
    /// <param name="ticks">The time that it takes.</param>
    /// <param name="now">As for <see cref="RequestGate.Conform"/>.</param>
    public void Take(long ticks, TimeSpan now)
    {
        while (true)
        {
            var expected = Interlocked.Read(ref _nextAllowed);
            if (Interlocked.CompareExchange(ref _nextAllowed, Math.Max(expected, now.Ticks) + ticks, expected) == expected)
            {
                return;
            }
        }
    }

    /// <summary>Lets the next wait for so much longer than what was let in a moment ago.</summary>
    public void Charge(long ticks) => Interlocked.Add(ref _nextAllowed, ticks);

    /// <summary>
    /// A larger share is given out from now on: what may come at once stays as many requests as it was, or each change would be a second
    /// burst; and what is owed beyond that stays as many requests, which take less time now.
    /// </summary>
    /// <param name="before">The share before.</param>
    /// <param name="after">The share now, a larger one.</param>
    /// <param name="interval">The time that one request takes now.</param>
    /// <param name="now">As for <see cref="RequestGate.Conform"/>.</param>
    public void Grow(int before, int after, long interval, TimeSpan now)
    {
        while (true)
        {
            var expected = Interlocked.Read(ref _nextAllowed);
            var late = Math.Max(expected - now.Ticks, 0);
            var left = Math.Max(TimeSpan.TicksPerSecond - late, 0) * before / after;

            // Who had waited long enough for one request has it still.
            left = late == 0 ? Math.Max(left, Math.Min(interval, TimeSpan.TicksPerSecond)) : left;
            var owed = Math.Max(TimeSpan.TicksPerSecond - left, late * before / after);
            if (Interlocked.CompareExchange(ref _nextAllowed, now.Ticks + owed, expected) == expected)
            {
                return;
            }
        }
    }

    // One second's worth may come at once, and one request in any case.
    private static long BurstOf(long interval) => Math.Max(TimeSpan.TicksPerSecond - interval, 0);
}

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Counts what one client takes and says when it is too much: requests a second (GCRA), requests in flight, distinct patients in an
/// hour, a day and 30 days, records per day.
/// </summary>
/// <remarks>Thread-safe. A refused request does not extend the wait.</remarks>
/// <param name="make">Makes the count of one stretch.</param>
internal sealed class ClientGate(Func<PatientStretch, ClientQuota> make)
{
    private readonly Lock _making = new();
    private ClientQuota? _day;
    private ClientQuota? _month;
    private Dictionary<DayBudget, ClientQuota>? _budgets;
    private long _nextAllowed;
    private long _refusedUntil;
    private int _inFlight;

    /// <summary>Takes a place; null when too many are in flight.</summary>
    public AdmissionTicket? Enter(int concurrency)
    {
        if (Interlocked.Increment(ref _inFlight) <= concurrency)
        {
            return new AdmissionTicket(this);
        }

        Interlocked.Decrement(ref _inFlight);
        return null;
    }

    /// <summary>How many requests have a place now.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Gives the place back.</summary>
    public void Leave() => Interlocked.Decrement(ref _inFlight);

    /// <summary>Generic cell rate algorithm: zero when the request conforms, else how long to wait.</summary>
    /// <param name="perSecond">Requests a second.</param>
    /// <param name="now">A clock that never goes back, read here and now: the time at which a request began would hold against it what
    /// others did meanwhile.</param>
    /// <param name="cost">How many requests it stands for; it is let in as one, and the next waits for all of them.</param>
    public TimeSpan Conform(int perSecond, TimeSpan now, int cost = 1)
    {
        var interval = TimeSpan.TicksPerSecond / perSecond;
        // One second's worth may come at once.
        var burst = TimeSpan.TicksPerSecond - interval;
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

    /// <summary>How long the next request would have to wait; zero: it need not. Takes nothing.</summary>
    /// <param name="perSecond">Requests a second.</param>
    /// <param name="now">As for <see cref="Conform"/>.</param>
    public TimeSpan WaitAtRate(int perSecond, TimeSpan now)
    {
        var wait = Interlocked.Read(ref _nextAllowed) - now.Ticks - TimeSpan.TicksPerSecond + (TimeSpan.TicksPerSecond / perSecond);
        return wait > 0 ? TimeSpan.FromTicks(wait) : TimeSpan.Zero;
    }

    /// <summary>Lets the next wait for so many more requests than the one that was let in.</summary>
    public void Charge(int perSecond, int more) => Interlocked.Add(ref _nextAllowed, TimeSpan.TicksPerSecond / perSecond * more);

    /// <summary>Counts a refusal against one minute's worth of them.</summary>
    public void NoteRefusal(int perMinute, TimeSpan now)
    {
        var one = TimeSpan.TicksPerMinute / perMinute;
        while (true)
        {
            var until = Interlocked.Read(ref _refusedUntil);
            var next = Math.Min(Math.Max(until, now.Ticks) + one, now.Ticks + TimeSpan.TicksPerMinute + one);
            if (Interlocked.CompareExchange(ref _refusedUntil, next, until) == until)
            {
                return;
            }
        }
    }

    /// <summary>How long to wait until there are less refusals than a minute's worth; zero while there are.</summary>
    public TimeSpan WaitAfterRefusals(TimeSpan now)
    {
        var wait = Interlocked.Read(ref _refusedUntil) - now.Ticks - TimeSpan.TicksPerMinute;
        return wait > 0 ? TimeSpan.FromTicks(wait) : TimeSpan.Zero;
    }

    /// <summary>Distinct patients per hour and records per day.</summary>
    public ClientQuota Quota { get; } = make(PatientStretch.Hour);

    /// <summary>What was taken in a longer stretch; made when somebody asks, which is where a client has such a limit.</summary>
    public ClientQuota Of(PatientStretch stretch)
    {
        if (ReferenceEquals(stretch, PatientStretch.Hour))
        {
            return Quota;
        }

        lock (_making)
        {
            return ReferenceEquals(stretch, PatientStretch.Day) ? _day ??= make(stretch) : _month ??= make(stretch);
        }
    }

    /// <summary>What was taken of a day's budget; made when somebody asks, which is where a client has such a limit.</summary>
    public ClientQuota Of(DayBudget budget)
    {
        lock (_making)
        {
            _budgets ??= [];
            if (!_budgets.TryGetValue(budget, out var quota))
            {
                _budgets[budget] = quota = new ClientQuota(static word => word, PatientStretch.Day, budget);
            }

            return quota;
        }
    }

    /// <summary>Every count that was made.</summary>
    public IEnumerable<ClientQuota> Quotas
    {
        get
        {
            lock (_making)
            {
                return [Quota, .. new[] { _day, _month }.OfType<ClientQuota>(), .. _budgets?.Values ?? Enumerable.Empty<ClientQuota>()];
            }
        }
    }
}

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Counts what one client takes, or all clients of a use case or organization, and says when it is too much: requests a second (GCRA),
/// requests in flight, distinct patients in an hour, a day and 30 days, records per day.
/// </summary>
/// <remarks>Thread-safe. A refused request does not extend the wait.</remarks>
/// <param name="make">Makes the count of one stretch.</param>
internal sealed class ClientGate(Func<PatientStretch, ClientQuota> make) : RequestGate
{
    private readonly Lock _making = new();
    private ClientQuota? _day;
    private ClientQuota? _month;
    private Dictionary<DayBudget, ClientQuota>? _budgets;
    private long _refusedUntil;
    private RateShare? _share;
    private int _lastShare = RateShare.Whole;

    /// <summary>
    /// What this node gives out of rate and places that the registry sets, which all nodes share; null: it sets none, and each node holds
    /// its own default.
    /// </summary>
    public RateShare? Share => Volatile.Read(ref _share);

    /// <summary>Takes a place; null when too many are in flight.</summary>
    public AdmissionTicket? Enter(int concurrency) => TryTakePlace(concurrency) ? new AdmissionTicket(this) : null;

    /// <summary>Takes a place out of this node's share of them, of which there is one at least; false when too many are in flight.</summary>
    /// <param name="concurrency">Places, of all nodes together where they share them.</param>
    /// <param name="isWhole">In an emergency the node gives out all of them.</param>
    public bool TryTakePlace(int concurrency, bool isWhole = false)
    {
        if (Share is not { } share || isWhole)
        {
            return TryEnter(concurrency);
        }

        var here = (((long)concurrency * share.InForce) + RateShare.Whole - 1) / RateShare.Whole;
        share.Hold(InFlight + 1);
        return TryEnter((int)here);
    }

    /// <summary>As <see cref="RequestGate.Conform"/>, out of this node's share of the rate.</summary>
    /// <param name="perSecond">Requests a second, of all nodes together where they share them.</param>
    /// <param name="now">As there.</param>
    /// <param name="cost">As there.</param>
    /// <param name="isWhole">In an emergency the node gives out all of it, whatever its share is.</param>
    public TimeSpan ConformHere(int perSecond, TimeSpan now, int cost, bool isWhole)
    {
        var interval = IntervalOf(perSecond);
        if (Share is { } share)
        {
            share.Ask(cost);
            var part = share.InForce;
            var before = Interlocked.Exchange(ref _lastShare, part);
            if (part > before)
            {
                Grow(before, part, interval, now);
            }
        }

        return ConformAt(isWhole ? base.IntervalOf(perSecond) : interval, now, cost);
    }

    /// <summary>As <see cref="RequestGate.WaitAtRate"/>, out of this node's share of the rate.</summary>
    public TimeSpan WaitHere(int perSecond, TimeSpan now, bool isWhole) =>
        WaitAt(isWhole ? base.IntervalOf(perSecond) : IntervalOf(perSecond), now);

    /// <summary>What the registry sets is shared with the other nodes; what it leaves to each node is not.</summary>
    /// <param name="rate">Requests a second that it sets; null: none.</param>
    /// <param name="places">Requests at once that it sets; null: none.</param>
    public void Follow(int? rate, int? places)
    {
        if (rate is null && places is null)
        {
            // Read first: nearly every request comes by here, and has none.
            if (Share is not null)
            {
                Volatile.Write(ref _share, null);
            }

            return;
        }

        ShareForNews().Follow(rate, places);
    }

    /// <summary>The share; made when a request has a rate that is shared, or when another node tells of one.</summary>
    public RateShare ShareForNews()
    {
        if (Share is { } there)
        {
            return there;
        }

        var made = new RateShare();
        return Interlocked.CompareExchange(ref _share, made, null) ?? made;
    }

    protected override long IntervalOf(int perSecond) =>
        Share is { } share ? TimeSpan.TicksPerSecond * RateShare.Whole / ((long)perSecond * share.InForce) : base.IntervalOf(perSecond);

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

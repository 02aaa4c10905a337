namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Counts what one client takes, or all clients of a use case or organization, and says when it is too much: requests a second (GCRA),
/// requests in flight, distinct patients in an hour, a day and 30 days, records per day.
/// </summary>
/// <remarks>Thread-safe. A refused request does not extend the wait.</remarks>
/// <param name="make">Makes the count of one stretch.</param>
internal sealed class ClientGate(Func<PatientStretch, ClientQuota> make) : RequestGate
{
    // So long until a node that is suddenly asked for more has it (ADR 93).
    private static readonly TimeSpan Regained = TimeSpan.FromSeconds(3);

    // What this node gives out of a shared rate; the count of the base is by the whole rate, as if the node were alone.
    private readonly RateClock _ofShare = new();
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
        if (Share is not { SharesPlaces: true } share)
        {
            return TryEnter(concurrency);
        }

        share.Hold(InFlight + 1);
        var here = (((long)concurrency * share.InForce) + RateShare.Whole - 1) / RateShare.Whole;
        return TryEnter(isWhole ? concurrency : (int)here);
    }

    /// <summary>As <see cref="RequestGate.Conform"/>, out of this node's share of the rate.</summary>
    /// <remarks>
    /// Two counts hold: that of the whole rate, by which a node that is alone would let in, and that of the share. Emergencies meet the
    /// first alone, so that none waits since a share is small; what either lets in counts in both.
    /// </remarks>
    /// <param name="perSecond">Requests a second, of all nodes together where they share them.</param>
    /// <param name="now">As there.</param>
    /// <param name="cost">As there.</param>
    /// <param name="isWhole">In an emergency the node gives out all of it, whatever its share is.</param>
    public TimeSpan ConformHere(int perSecond, TimeSpan now, int cost, bool isWhole)
    {
        if (Share is not { SharesRate: true } share)
        {
            return Conform(perSecond, now, cost);
        }

        share.Ask(cost);
        var interval = NoteShare(share, perSecond, now);
        if (isWhole)
        {
            var alone = Conform(perSecond, now, cost);
            if (alone == TimeSpan.Zero)
            {
                _ofShare.Take(IntervalOf(perSecond) * cost, now);
            }

            return alone;
        }

        var whole = WaitAtRate(perSecond, now);
        if (whole > TimeSpan.Zero)
        {
            return whole;
        }

        var wait = _ofShare.Conform(interval, now, cost);
        if (wait == TimeSpan.Zero)
        {
            Take(perSecond, now, cost);
        }

        return Told(wait, whole);
    }

    /// <summary>As <see cref="RequestGate.WaitAtRate"/>, out of this node's share of the rate.</summary>
    public TimeSpan WaitHere(int perSecond, TimeSpan now, bool isWhole)
    {
        var whole = WaitAtRate(perSecond, now);
        return isWhole || Share is not { SharesRate: true } share
            ? whole
            : Told(_ofShare.WaitOf(NoteShare(share, perSecond, now), now), whole);
    }

    /// <summary>As <see cref="RequestGate.Charge"/>, also of this node's share of the rate.</summary>
    public void ChargeHere(int perSecond, int more, bool isWhole)
    {
        Charge(perSecond, more);
        if (Share is { SharesRate: true } share)
        {
            _ofShare.Charge((isWhole ? IntervalOf(perSecond) : IntervalOf(perSecond, share.InForce)) * more);
        }
    }

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

    // Asked by who is refused as by who is let in: a share that has grown is no use to a client that waits by the one before.
    private long NoteShare(RateShare share, int perSecond, TimeSpan now)
    {
        var part = share.InForce;
        var interval = IntervalOf(perSecond, part);
        var before = Interlocked.Exchange(ref _lastShare, part);
        if (part > before)
        {
            _ofShare.Grow(before, part, interval, now);
        }

        return interval;
    }

    // A share follows what is asked of it: nobody is told to stay away for longer than that takes.
    private static TimeSpan Told(TimeSpan wait, TimeSpan whole)
    {
        var most = whole + Regained;
        var told = wait > most ? most : wait;
        return told > whole ? told : whole;
    }

    private static long IntervalOf(int perSecond, int part) => TimeSpan.TicksPerSecond * RateShare.Whole / ((long)perSecond * part);

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

    /// <summary>Whether nothing that was taken counts still, so that one that is made anew would say the same.</summary>
    public bool IsEmptyAt(DateTimeOffset now)
    {
        foreach (var quota in Quotas)
        {
            if (!quota.IsEmptyAt(now))
            {
                return false;
            }
        }

        return true;
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

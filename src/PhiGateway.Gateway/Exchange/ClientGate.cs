namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Counts what one client takes and says when it is too much: requests a second (GCRA), requests in flight, distinct patients in an
/// hour, a day and 30 days, records per day.
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

    /// <summary>Takes a place; null when too many are in flight.</summary>
    public AdmissionTicket? Enter(int concurrency) => TryEnter(concurrency) ? new AdmissionTicket(this) : null;

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

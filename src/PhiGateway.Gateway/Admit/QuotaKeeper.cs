using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Gateway.Admit;

/// <summary>
/// Exchanges the use of quotas, and shares of rates, with the database once a second: writes what clients took here and what is leased for
/// them, reads what other nodes took and leased, or what this one took before a restart. A request waits for it only where its client has a
/// quota and no slice of it on this node.
/// </summary>
/// <remarks>
/// While the database answers, all nodes together let out no more than the quota: what is leased elsewhere counts as taken. What is not
/// known: what this node let out in the last second before it was killed. While the database is away each node counts for itself and says
/// so when it is back.
/// </remarks>
internal sealed class QuotaKeeper(IQuotaUses uses, ClientGates gates, GatewayOptions options, TimeProvider clock, ILogger<QuotaKeeper> log)
    : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // The first round reads whatever has not ended, of all nodes; those after it what is new.
    private static readonly TimeSpan PatienceAtFirst = TimeSpan.FromSeconds(30);

    // A row is seen when its transaction is done, a moment after the time that stands in it.
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);

    // So often the gates of those who are gone are given up.
    private static readonly TimeSpan SweepEvery = TimeSpan.FromHours(6);

    // A request waits no longer than this for its turn, and than this for its slice, whatever the database does; then the node counts for
    // itself.
    private static readonly TimeSpan Haste = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1, 1);

    // Nodes that spoke of today or yesterday, with the last day of which they did.
    private readonly Dictionary<string, long> _others = new(StringComparer.Ordinal);
    private DateTimeOffset _since = DateTimeOffset.UnixEpoch;
    private DateTimeOffset _swept = clock.GetUtcNow();
    private volatile bool _isResumed;
    private volatile bool _isAway;

    public void Dispose() => _turn.Dispose();

    /// <summary>How many nodes share the quotas, this one included.</summary>
    public int Nodes => _others.Count + 1;

    /// <summary>What an operator has to know, in words; null: all nodes count together.</summary>
    public string? Problem =>
        (_isAway, _isResumed) switch
        {
            (false, _) => null,
            (true, true) => "the use of quotas is not shared with other nodes: each counts for itself",
            (true, false) => "what was used of quotas before the start could not be read: this node counts from nothing",
        };

    /// <summary>Learns what was taken before this start; waits for a database that is slow, not for one that is away.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => TryExchangeAsync(cancellationToken);

    /// <summary>Goes on until it is told to stop, and then says what is left.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Every, clock, stopping);
                await TryExchangeAsync(stopping);
            }
        }
        finally
        {
            await TryExchangeAsync(CancellationToken.None, isLast: true);
        }
    }

    /// <summary>
    /// Leases a slice for a client that has a quota, or shares one, and none of it here: before its first request, and before the next one
    /// after a slice was too small. All others go on without a word.
    /// </summary>
    public async ValueTask EnterAsync(ClientEntry entry, AdmissionTicket ticket, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (_isAway)
        {
            return;
        }

        if (!await HasEnteredAsync(entry, ticket, now, cancellationToken) && !_isAway)
        {
            Unsay();
            GoAlone(nameof(TimeoutException));
        }
    }

    // False when no answer came in time, be it that somebody else's round still waits for one.
    private async Task<bool> HasEnteredAsync(
        ClientEntry entry,
        AdmissionTicket ticket,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        if (!await _turn.WaitAsync(Haste, cancellationToken))
        {
            return false;
        }

        try
        {
            // Whoever goes away meanwhile ends no round: it is everybody's, and gives the turn back when it ends, however late.
            await LeaseAsync(entry, ticket, now).WaitAsync(Haste, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task LeaseAsync(ClientEntry entry, AdmissionTicket ticket, DateTimeOffset now)
    {
        try
        {
            // Whoever waited with it may have leased it meanwhile.
            if (!IsReady(entry, ticket, now) && !_isAway)
            {
                await ExchangeAsync(Haste, isLast: false, CancellationToken.None);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Whether a client may go on without a word with the other nodes, by each of its quotas and of those that it shares.</summary>
    public static bool IsReady(ClientEntry entry, AdmissionTicket ticket, DateTimeOffset now)
    {
        var isReady = IsReady(ticket.Gate, entry.Client.Limits, now);
        if (ticket.IsShared)
        {
            isReady &= IsReady(ticket.Of(LimitOwner.UseCase), entry.UseCase?.Limits, now);
            isReady &= IsReady(ticket.Of(LimitOwner.Organization), entry.Organization?.Limits, now);
        }

        return isReady;
    }

    private static bool IsReady(ClientGate? gate, ClientLimits? limits, DateTimeOffset now)
    {
        if (gate is null || limits is null)
        {
            return true;
        }

        var isReady = gate.Quota.IsReady(limits.DistinctPatientsPerHour, limits.RecordsPerDay, now);
        foreach (var stretch in PatientStretch.Longer)
        {
            if (stretch.LimitOf(limits) is { } most)
            {
                isReady &= gate.Of(stretch).IsReady(most, null, now);
            }
        }

        if (DayBudget.IsAnyIn(limits))
        {
            foreach (var budget in DayBudget.All)
            {
                if (budget.LimitOf(limits) is { } most)
                {
                    isReady &= gate.Of(budget).IsReady(null, most, now);
                }
            }
        }

        return isReady;
    }

    /// <summary>One round; false when the database is away.</summary>
    internal async Task<bool> TryExchangeAsync(CancellationToken cancellationToken, bool isLast = false)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await ExchangeAsync(_isResumed ? Patience : PatienceAtFirst, isLast, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<bool> ExchangeAsync(TimeSpan most, bool isLast, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(most);
        List<QuotaUse> own = [];
        try
        {
            if (!_isResumed)
            {
                // What this node said before it was started anew is read first, or it would be overwritten.
                Take(await uses.ExchangeAsync(own, _since, patience.Token));
                _isResumed = true;
            }

            // Said first and read then, each in its turn: of two nodes that lease at once one sees the other's.
            own = Collect(isLast);
            var news = await uses.ExchangeAsync(own, _since, patience.Token);
            Take(news);
            foreach (var (_, quota) in gates.Quotas)
            {
                quota.Settle(clock.GetUtcNow());
            }

            foreach (var (_, _, share) in gates.Shares)
            {
                share.Settle(clock.GetUtcNow());
            }

            (_since, _isAway) = (news.At - Overlap, false);
            Sweep();
            return true;
        }
#pragma warning disable CA1031 // Whatever is wrong with the database, the node goes on by what it knows.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Unsay();
            cancellationToken.ThrowIfCancellationRequested();
            GoAlone(fault.GetType().Name);
            return false;
        }
    }

    // Only while the database answers: what it says makes anew whatever is told of still.
    private void Sweep()
    {
        var now = clock.GetUtcNow();
        if ((now - _swept).Duration() >= SweepEvery)
        {
            _swept = now;
            gates.Sweep(now);
        }
    }

    private void GoAlone(string why)
    {
        if (!_isAway)
        {
            GatewayLog.QuotasNotShared(log, why);
        }

        _isAway = true;
    }

    private void Unsay()
    {
        foreach (var (_, quota) in gates.Quotas)
        {
            quota.Unsay();
        }

        foreach (var (_, _, share) in gates.Shares)
        {
            share.Unsay();
        }
    }

    private List<QuotaUse> Collect(bool isLast)
    {
        var now = clock.GetUtcNow();
        var own = new List<QuotaUse>();
        foreach (var (name, quota) in gates.Quotas)
        {
            if (quota.Say(name, options.Node, isLast ? 0 : Nodes, now) is { } use)
            {
                own.Add(use);
            }
        }

        foreach (var (name, gate, share) in gates.Shares)
        {
            if (share.Say(name, options.Node, isLast ? 0 : Nodes, gate.InFlight, now) is { } use)
            {
                own.Add(use);
            }
        }

        return own;
    }

    private void Take(QuotaNews news)
    {
        var now = clock.GetUtcNow();
        var today = now.UtcTicks / TimeSpan.TicksPerDay;
        foreach (var use in news.Uses)
        {
            var quota = gates.FindQuota(use.Client);
            if (use.Node != options.Node)
            {
                quota?.Learn(use, now);
                gates.FindShare(use.Client)?.Learn(use, now);
                // A row of a time to come, as of a clock that is ahead, is one of today.
                _others[use.Node] = Math.Max(Math.Min(use.Day, today), _others.GetValueOrDefault(use.Node));
            }
            else if (!_isResumed)
            {
                quota?.Resume(use, now);
            }
        }

        // A node that is gone says nothing more, and nobody says so for it.
        foreach (var (node, day) in _others)
        {
            if (day < today - 1)
            {
                _others.Remove(node);
            }
        }

        foreach (var patient in news.Patients)
        {
            gates.FindQuota(patient.Client)?.Learn(patient, now);
        }
    }
}

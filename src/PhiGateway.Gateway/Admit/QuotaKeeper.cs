using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Gateway.Admit;

/// <summary>
/// Exchanges the use of quotas with the database once a second: writes what clients took here, reads what they took on other nodes or
/// before a restart. No request waits for it.
/// </summary>
/// <remarks>
/// What is not known yet: what other nodes let out in the last second or two, and what this node let out in the last second before it was
/// killed. While the database is away each node counts for itself and says so when it is back.
/// </remarks>
internal sealed class QuotaKeeper(IQuotaUses uses, ClientGates gates, GatewayOptions options, TimeProvider clock, ILogger<QuotaKeeper> log)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // A row is seen when its transaction is done, a moment after the time that stands in it.
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);

    private DateTimeOffset _since = DateTimeOffset.UnixEpoch;
    private bool _isResumed;
    private bool _isAway;

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
            await TryExchangeAsync(CancellationToken.None);
        }
    }

    /// <summary>One round; false when the database is away.</summary>
    internal async Task<bool> TryExchangeAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        List<QuotaUse> own = [];
        try
        {
            if (!_isResumed)
            {
                // What this node said before it was started anew is read first, or it would be overwritten.
                Take(await uses.ExchangeAsync(own, _since, patience.Token));
                _isResumed = true;
            }

            own = Collect();
            var news = await uses.ExchangeAsync(own, _since, patience.Token);
            Take(news);
            (_since, _isAway) = (news.At - Overlap, false);
            return true;
        }
#pragma warning disable CA1031 // Whatever is wrong with the database, the node goes on by what it knows.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            foreach (var use in own)
            {
                gates.Of(use.Client).Quota.Unsay();
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (!_isAway)
            {
                GatewayLog.QuotasNotShared(log, fault.GetType().Name);
            }

            _isAway = true;
            return false;
        }
    }

    private List<QuotaUse> Collect()
    {
        var now = clock.GetUtcNow();
        var own = new List<QuotaUse>();
        foreach (var (client, gate) in gates.All)
        {
            if (gate.Quota.Say(client, options.Node, now) is { } use)
            {
                own.Add(use);
            }
        }

        return own;
    }

    private void Take(QuotaNews news)
    {
        var now = clock.GetUtcNow();
        foreach (var use in news.Uses)
        {
            var quota = gates.Of(use.Client).Quota;
            if (use.Node != options.Node)
            {
                quota.Learn(use, now);
            }
            else if (!_isResumed)
            {
                quota.Resume(use, now);
            }
        }
    }
}

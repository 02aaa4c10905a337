using System.Globalization;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Quarantines a client, slows it down, or ends its tokens, because of a finding, where the operator wants that: in force in under a second on
/// every node; an approver opens again what was closed. Asked by <see cref="FindingAlerts"/> for each finding that is new.
/// </summary>
/// <remarks>
/// Safety: a client of a use case that may be used in emergencies is never closed by a machine. No more than so many are closed within an
/// hour, counted over all nodes and over restarts.
/// </remarks>
internal sealed class Quarantine(
    PathCloser closer,
    GatewayClosures closures,
    ISnapshotSource snapshots,
    QuarantineRules rules,
    TimeProvider time
)
{
    private const string Quarantined = "quarantined";
    private const string SlowedDown = "slowed down";
    private const string Renewed = "asked for fresh authorization";

    private static readonly TimeSpan Counted = TimeSpan.FromHours(1);

    // What this node did and its snapshot may not have yet.
    private readonly Dictionary<string, DateTimeOffset> _lately = new(StringComparer.Ordinal);

    /// <summary>What was done, as a sentence for the alert; null: nothing is asked for.</summary>
    public async Task<string?> ConsiderAsync(Finding finding, string client)
    {
        if (snapshots.Current.FindClientById(client) is not { Client.Status: ClientStatus.Active, UseCase: { } useCase } entry)
        {
            return null;
        }

        if (ActOn(finding.Rule, useCase.Risk) is not { } done)
        {
            return null;
        }

        if (useCase.AllowsBreakGlass)
        {
            return $"It was not {done}: its use case covers emergencies.";
        }

        var now = time.GetUtcNow();
        if (await IsTooManyAsync(client, now))
        {
            return $"It was not {done}: {rules.MostPerHour} clients were within the last hour, and the rule may be wrong.";
        }

        var reason = string.Create(CultureInfo.InvariantCulture, $"{finding.Rule} at {finding.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        var isDone = done switch
        {
            Quarantined => await CloseAsync(entry, reason),
            SlowedDown => await closer.SlowAsync(client, rules.SlowTo, reason),
            _ => await closer.RenewAsync(entry, reason),
        };
        if (!isDone)
        {
            return done == Renewed
                ? "Its tokens were not ended: it calls by none, and a key is revoked by a person."
                : $"It was not {done}: it was already, or somebody changed it at the same moment.";
        }

        _lately[client] = now;
        switch (done)
        {
            case Quarantined:
                return "It was quarantined by the gateway; an approver opens it again.";
            case SlowedDown:
                return $"It was slowed to {rules.SlowTo} requests a second by the gateway; an approver lifts that.";
            default:
                return "Its tokens from before were ended by the gateway: it goes on when its issuer has given it a new one.";
        }
    }

    // One that was closed within the hour and opened again is not one more.
    private async Task<bool> IsTooManyAsync(string client, DateTimeOffset now)
    {
        foreach (var (id, at) in _lately)
        {
            if (now - at > Counted)
            {
                _lately.Remove(id);
            }
        }

        var closed = await closures.SinceAsync(now - Counted);
        closed.UnionWith(_lately.Keys);
        closed.Remove(client);
        return closed.Count >= rules.MostPerHour;
    }

    // Its tokens first, so that none comes back to life when it is opened again: a try that breaks off in between is made again, whole.
    private async Task<bool> CloseAsync(ClientEntry entry, string reason)
    {
        _ = await closer.RenewAsync(entry, reason);
        return await closer.CloseAsync(entry.Client.Id, ClientStatus.Quarantined, "quarantine", reason);
    }

    // The strictest that is asked for.
    private string? ActOn(string rule, RiskTier risk)
    {
        if (rules.Asks(rule, risk))
        {
            return Quarantined;
        }

        if (rules.AsksToSlow(rule, risk))
        {
            return SlowedDown;
        }

        return rules.AsksToRenew(rule, risk) ? Renewed : null;
    }
}

using System.Globalization;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Quarantines a client, slows it down, or ends its tokens, because of a finding, where the operator wants that: in force in under a second on
/// every node; two persons open again what was closed. Asked by <see cref="FindingAlerts"/> for each finding that is new.
/// </summary>
/// <remarks>
/// Safety: a client of a use case that may be used in emergencies is never closed by a machine. No more than so many are closed within an
/// hour, over all nodes; and none for what is seen only days later.
/// </remarks>
internal sealed class Quarantine(PathCloser closer, GatewayActs acts, ISnapshotSource snapshots, QuarantineRules rules, TimeProvider time)
{
    private const string Quarantined = "quarantined";
    private const string SlowedDown = "slowed down";
    private const string Renewed = "asked for fresh authorization";

    // What is read days late is told; whoever calls by now may be somebody else.
    private static readonly TimeSpan Latest = TimeSpan.FromDays(1);

    private readonly Queue<DateTimeOffset> _lately = new();

    /// <summary>What was done, or why not, as a sentence for the alert, and whether it was done; null: nothing is asked for.</summary>
    public async Task<(string? Words, bool IsDone)> ConsiderAsync(Finding finding, string client)
    {
        if (
            snapshots.Current.FindClientById(client) is not { UseCase: { } useCase } entry
            || ActOn(finding.Rule, useCase.Risk) is not { } done
        )
        {
            return (null, false);
        }

        // By another node that found the same, or before this one broke off.
        var reason = string.Create(CultureInfo.InvariantCulture, $"{finding.Rule} at {finding.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        if (await closer.IsDoneForAsync(client, reason))
        {
            return (WordsOf(done), true);
        }

        if (entry.Client.Status != ClientStatus.Active)
        {
            return (null, false);
        }

        if (useCase.AllowsBreakGlass)
        {
            return ($"It was not {done}: its use case covers emergencies.", false);
        }

        var now = time.GetUtcNow();
        if (now - finding.At > Latest)
        {
            return ($"It was not {done}: it is told only now, more than a day later.", false);
        }

        while (_lately.TryPeek(out var at) && now - at > TimeSpan.FromHours(1))
        {
            _lately.Dequeue();
        }

        // This node's own, also of clients that were opened again, and what the others did.
        if (_lately.Count >= rules.MostPerHour || await acts.CountSinceAsync(now.AddHours(-1)) >= rules.MostPerHour)
        {
            return ($"It was not {done}: {rules.MostPerHour} clients were within the last hour, and the rule may be wrong.", false);
        }

        var isDone = done switch
        {
            Quarantined => await CloseAsync(entry, reason),
            SlowedDown => await closer.SlowAsync(client, rules.SlowTo, reason),
            _ => await closer.RenewAsync(entry, reason),
        };
        if (isDone)
        {
            _lately.Enqueue(now);
            return (WordsOf(done), true);
        }

        if (await closer.IsDoneForAsync(client, reason))
        {
            return (WordsOf(done), true);
        }

        return done == Renewed
            ? ("Its tokens were not ended: it calls by none, and a key is revoked by a person.", false)
            : ($"It was not {done}: it was already, or somebody changed it at the same moment.", false);
    }

    private string WordsOf(string done) =>
        done switch
        {
            Quarantined => "It was quarantined by the gateway; somebody asks for it and an approver opens it again.",
            SlowedDown =>
                $"It was slowed to {rules.SlowTo} requests a second by the gateway; somebody asks for it and an approver lifts that.",
            _ => "Its tokens from before were ended by the gateway: it goes on when its issuer has given it a new one.",
        };

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

using System.Globalization;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Quarantines a client, or slows it down, because of a finding, where the operator wants that: the path closes in under a second on every node, and an
/// approver opens it again. Asked by <see cref="FindingAlerts"/> for each finding that is new.
/// </summary>
/// <remarks>
/// Safety: a client of a use case that may be used in emergencies is never closed by a machine. No more than so many are closed within an
/// hour.
/// </remarks>
internal sealed class Quarantine(PathCloser closer, ISnapshotSource snapshots, QuarantineRules rules, TimeProvider time)
{
    private readonly Queue<DateTimeOffset> _lately = new();

    /// <summary>What was done, as a sentence for the alert; null: nothing is asked for.</summary>
    public async Task<string?> ConsiderAsync(Finding finding, string client)
    {
        if (snapshots.Current.FindClientById(client) is not { Client.Status: ClientStatus.Active, UseCase: { } useCase })
        {
            return null;
        }

        var closes = rules.Asks(finding.Rule, useCase.Risk);
        if (!closes && !rules.AsksToSlow(finding.Rule, useCase.Risk))
        {
            return null;
        }

        var done = closes ? "quarantined" : "slowed down";
        if (useCase.AllowsBreakGlass)
        {
            return $"It was not {done}: its use case covers emergencies.";
        }

        var now = time.GetUtcNow();
        while (_lately.TryPeek(out var at) && now - at > TimeSpan.FromHours(1))
        {
            _lately.Dequeue();
        }

        if (_lately.Count >= rules.MostPerHour)
        {
            return $"It was not {done}: {rules.MostPerHour} clients were within the last hour, and the rule may be wrong.";
        }

        var reason = string.Create(CultureInfo.InvariantCulture, $"{finding.Rule} at {finding.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        var isDone = closes
            ? await closer.CloseAsync(client, ClientStatus.Quarantined, "quarantine", reason)
            : await closer.SlowAsync(client, rules.SlowTo, reason);
        if (!isDone)
        {
            return $"It was not {done}: it was already, or somebody changed it at the same moment.";
        }

        _lately.Enqueue(now);
        return closes
            ? "It was quarantined by the gateway; an approver opens it again."
            : $"It was slowed to {rules.SlowTo} requests a second by the gateway; an approver lifts that.";
    }
}

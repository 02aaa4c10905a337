using System.Globalization;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Quarantines a client because of a finding, where the operator wants that: the path closes in under a second on every node, and an
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
        if (
            snapshots.Current.FindClientById(client) is not { Client.Status: ClientStatus.Active, UseCase: { } useCase }
            || !rules.Asks(finding.Rule, useCase.Risk)
        )
        {
            return null;
        }

        if (useCase.AllowsBreakGlass)
        {
            return "It was not quarantined: its use case covers emergencies.";
        }

        var now = time.GetUtcNow();
        while (_lately.TryPeek(out var at) && now - at > TimeSpan.FromHours(1))
        {
            _lately.Dequeue();
        }

        if (_lately.Count >= rules.MostPerHour)
        {
            return $"It was not quarantined: {rules.MostPerHour} clients were within the last hour, and the rule may be wrong.";
        }

        var reason = string.Create(CultureInfo.InvariantCulture, $"{finding.Rule} at {finding.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        if (!await closer.CloseAsync(client, ClientStatus.Quarantined, "quarantine", reason))
        {
            return "It was not quarantined: somebody changed it at the same moment.";
        }

        _lately.Enqueue(now);
        return "It was quarantined by the gateway; an approver opens it again.";
    }
}

using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Detection;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Counts, over all nodes and restarts, on how many clients the gateway has acted by itself because of findings: closed, slowed down, or ended
/// their tokens. Asked by <see cref="Quarantine"/> before it acts on one more.
/// </summary>
/// <remarks>
/// What the registry shows is counted: a client that was opened again meanwhile counts no more, and what a person writes later of one that
/// was closed long ago is no act of the gateway's. Two nodes that act at the same moment do not
/// see each other.
/// </remarks>
internal sealed class GatewayActs(IRegistryStore store)
{
    private const int Page = 500;
    private const string Renewal = "fresh authorization: ";

    /// <summary>How many since a moment.</summary>
    public async Task<int> CountSinceAsync(DateTimeOffset since)
    {
        var reasons = new HashSet<string>(StringComparer.Ordinal);
        var count = 0;
        string? after = null;
        while (true)
        {
            var page = await store.ListAsync(RegistryKind.Client, after, Page, CancellationToken.None);
            foreach (var item in page)
            {
                if (item.UpdatedAt >= since && ReasonOf(item, since) is { } reason)
                {
                    reasons.Add(reason);
                    count++;
                }
            }

            if (page.Count < Page)
            {
                break;
            }

            after = page[^1].Id;
        }

        // Of those that were closed the tokens were ended too.
        return count
            + (await store.ListRevocationsAsync(PageRequest.Most, CancellationToken.None))
                .Where(row => row.At >= since && row.By == AlertWriter.Gateway && IsForFinding(row.Reason, reasons))
                .Select(static row => (row.Value, row.Reason))
                .Distinct()
                .Count();
    }

    private static bool IsForFinding(string reason, HashSet<string> counted) =>
        reason.StartsWith(Renewal, StringComparison.Ordinal)
        && IsOfRule(reason[Renewal.Length..])
        && !counted.Contains(reason[Renewal.Length..]);

    // Null: the gateway has not acted on it because of a finding, or not since then.
    private static string? ReasonOf(RegistryItem item, DateTimeOffset since) =>
        StoredBody.Read(item, out _) switch
        {
            Client { Status: not ClientStatus.Active, StatusReason: { } why }
                when AuthorNote.ActedAt(item) >= since && AuthorNote.ClosedBy(item).Contains(AlertWriter.Gateway) && IsOfRule(why) => why,
            Client { Throttle: { Reason: { } why } throttle }
                when throttle.At >= since && throttle.By.Contains(AlertWriter.Gateway) && IsOfRule(why) => why,
            _ => null,
        };

    private static bool IsOfRule(string reason) =>
        TrailWatch.FindingNames.Any(rule => reason.StartsWith(rule + " at ", StringComparison.Ordinal));
}

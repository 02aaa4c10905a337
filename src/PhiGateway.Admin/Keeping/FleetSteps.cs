using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Keeping;

/// <summary>
/// Waits until every other node has said, after a step of this one, how many of its records the store lacks, and until the store has those: a
/// hold that was set on another node is among them. Asked by <see cref="ShippedSteps"/>.
/// </summary>
/// <remarks>
/// A node's own clock is not compared with another's: a report that is later than the one that stood before the step was made after it. A node
/// that does not say how much it has kept back, or says nothing, stands in the way until it does, or until it has been gone for a week.
/// Security: so does a row that nobody can say who wrote, for as long as it is there.
/// </remarks>
internal sealed class FleetSteps(IRegistryStore registry, IAuditStore store, AdminOptions options, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    // As with alerts of silence: who has been gone for so long was taken away on purpose, or was missed long ago.
    private static readonly TimeSpan Forgotten = TimeSpan.FromDays(7);

    /// <summary>The refusal where a node was not heard in time; null: the store has what all of them recorded before.</summary>
    public async Task<AdminProblem?> WaitAsync(AdminCall call)
    {
        var now = time.GetUtcNow();
        var waiting = (await registry.ListNodesAsync(call.Cancelled))
            .Where(node => node.Node != options.Node && (node.IsUnproven || now - node.At < Forgotten))
            .ToDictionary(static node => node.Node, static node => new Awaited(node.At), StringComparer.Ordinal);
        var began = time.GetTimestamp();
        while (waiting.Count > 0)
        {
            foreach (var node in await registry.ListNodesAsync(call.Cancelled))
            {
                if (waiting.TryGetValue(node.Node, out var awaited) && await IsHereAsync(node, awaited, call.Cancelled))
                {
                    _ = waiting.Remove(node.Node);
                }
            }

            if (waiting.Count > 0 && time.GetElapsedTime(began) >= options.HeardWithin)
            {
                return AdminProblem.Conflict(
                    "node-unheard",
                    $"{string.Join(", ", waiting.Keys.Order(StringComparer.Ordinal))} may hold records that the store does not have, a hold among "
                        + "them. Ask again when it has reported and shipped."
                );
            }

            if (waiting.Count > 0)
            {
                await Task.Delay(Look, time, call.Cancelled);
            }
        }

        return null;
    }

    private async Task<bool> IsHereAsync(NodeStatus node, Awaited awaited, CancellationToken cancellationToken)
    {
        if (node.IsUnproven || node.At <= awaited.Before || node.Unshipped is not { } kept)
        {
            return false;
        }

        if (kept == 0)
        {
            return true;
        }

        // It had shipped no more than the store has now: with as many again as it kept back, the store has all of them.
        var stored = await StoredAsync(node.Node, cancellationToken);
        awaited.Goal = Math.Min(awaited.Goal, node.At == awaited.Counted ? long.MaxValue : stored + kept);
        awaited.Counted = node.At;
        return stored >= awaited.Goal;
    }

    private async Task<long> StoredAsync(string node, CancellationToken cancellationToken)
    {
        long stored = 0;
        foreach (var log in await store.ListLogsAsync(node, cancellationToken))
        {
            stored += await store.GetWatermarkAsync(log, cancellationToken) + 1;
        }

        return stored;
    }

    /// <summary>What is waited for of one node.</summary>
    private sealed class Awaited(DateTimeOffset before)
    {
        /// <summary>Its report when the wait began.</summary>
        public DateTimeOffset Before { get; } = before;

        /// <summary>The report that was counted last.</summary>
        public DateTimeOffset Counted { get; set; } = before;

        /// <summary>How many records of it the store must have.</summary>
        public long Goal { get; set; } = long.MaxValue;
    }
}

using PhiGateway.Admin.Status;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Organizations;

/// <summary>Waits until every node that reports has a revision in force; asked after an act whose clock runs.</summary>
internal sealed class FleetReach(IRegistryStore store, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // Ten minutes: what is not in force by then is an operator's business, and the report says that it is not known.
    private const int Looks = 6000;

    /// <summary>When it was seen everywhere; null: no node reports, or one of them did not take it for long.</summary>
    public async Task<OffboardingReach?> WaitAsync(long revision, CancellationToken cancellationToken)
    {
        for (var look = 0; look < Looks; look++)
        {
            var nodes = await store.ListNodesAsync(cancellationToken);
            var now = time.GetUtcNow();
            var alive = nodes.Where(node => StatusReports.IsAlive(node, now)).ToList();
            if (alive.Count == 0)
            {
                return null;
            }

            if (alive.TrueForAll(node => node.Revision >= revision))
            {
                return new OffboardingReach(now, [.. alive.Select(static node => node.Node).Order(StringComparer.Ordinal)]);
            }

            await Task.Delay(Pause, CancellationToken.None);
        }

        return null;
    }
}

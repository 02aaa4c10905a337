using PhiGateway.Admin.Configuration;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Organizations;

/// <summary>
/// Says whether the last door of an act is closed: every node has its revision in force, or is past the age at which a node that hears of no
/// registry lets nobody in. Asked after an act whose clock runs, and by <see cref="OffboardingClock"/>.
/// </summary>
/// <remarks>
/// A node that is cut off reports nothing and serves on from what it knew, so silence closes nothing before that age; ages are each node's
/// own, and this one's setting is taken for all. Nor does a number: a node that was ahead of a standby which took over refuses it, and has a
/// greater one. So a node has the act when it has seen since that what it enforces is the newest.
/// </remarks>
internal sealed class FleetReach(IRegistryStore store, AdminOptions options, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // Half a minute, and never twice the same look: what takes longer is looked at by the clock.
    private const int Looks = 300;

    /// <summary>How it stands now.</summary>
    public async Task<FleetView> LookAsync(long revision, DateTimeOffset actAt, CancellationToken cancellationToken)
    {
        var nodes = await store.ListNodesAsync(cancellationToken);
        var now = time.GetUtcNow();
        List<string> having = [];
        List<UnconfirmedNode> without = [];
        foreach (var node in nodes)
        {
            // Security: when a node was last heard says only a row that the node wrote.
            var heard = node.IsUnproven ? now : node.Confirmed ?? node.At;
            if (!node.IsUnproven && node.Revision >= revision && heard >= actAt)
            {
                having.Add(node.Node);
                continue;
            }

            // One that was past its age before the act had closed already.
            var closed = heard + options.MaxSnapshotAge;
            if (closed > actAt)
            {
                without.Add(new UnconfirmedNode(node.Node, heard, closed));
            }
        }

        having.Sort(StringComparer.Ordinal);
        without.Sort(static (one, other) => string.CompareOrdinal(one.Node, other.Node));
        var isReached = having.Count + without.Count > 0 && without.TrueForAll(node => node.ClosedAtLatest <= now);
        if (!isReached)
        {
            return new FleetView(null, without);
        }

        return new FleetView(new OffboardingReach(EarliestOf(now, actAt), having, without.Count == 0 ? null : without), without);
    }

    /// <summary>Waits a little until it is so; null: it is not, and the clock goes on without this call.</summary>
    public async Task<OffboardingReach?> WaitAsync(long revision, DateTimeOffset actAt, CancellationToken cancellationToken)
    {
        for (var look = 0; look < Looks; look++)
        {
            if ((await LookAsync(revision, actAt, cancellationToken)).Reach is { } reached)
            {
                return reached;
            }

            await Task.Delay(Pause, CancellationToken.None);
        }

        return null;
    }

    // After the act nobody can have known an older revision to be the newest: whenever that is seen, it was not later.
    private DateTimeOffset EarliestOf(DateTimeOffset now, DateTimeOffset actAt)
    {
        var bound = actAt + options.MaxSnapshotAge;
        return now < bound ? now : bound;
    }
}

/// <summary>How an act stands on the nodes.</summary>
/// <param name="Reach">When the last door was closed; null: one may be open, or no node reports.</param>
/// <param name="Unconfirmed">Nodes that have not said that they have it.</param>
internal sealed record FleetView(OffboardingReach? Reach, IReadOnlyList<UnconfirmedNode> Unconfirmed);

using PhiGateway.Admin.Status;
using PhiGateway.Audit.Shipping;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Following;

namespace PhiGateway.Gateway.Health;

/// <summary>Tells the control plane how its own node stands to the registry.</summary>
internal sealed class NodeHealthReader(GatewayOptions options, SnapshotHolder snapshots, SnapshotFollower follower, AuditShipper shipper)
    : INodeHealth
{
    public NodeHealth Get() =>
        new(
            options.Node,
            snapshots.Current.Revision,
            snapshots.ConfirmedAt,
            follower.HasReachedRegistry ? "database" : "last-good-snapshot",
            follower.Problem ?? follower.FailoverProblem,
            snapshots.Current.Problems.Count,
            follower.NotUnderstood,
            shipper.Status.UnshippedRecords
        );
}

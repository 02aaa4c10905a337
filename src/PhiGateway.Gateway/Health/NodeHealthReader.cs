using PhiGateway.Admin.Status;
using PhiGateway.Audit.Shipping;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Following;
using PhiGateway.Proof.Verification;
using PhiGateway.Proof.Witnessing;
using PhiGateway.Sinks.Feeding;

namespace PhiGateway.Gateway.Health;

/// <summary>Tells the control plane how its own node stands to the registry.</summary>
internal sealed class NodeHealthReader(
    GatewayOptions options,
    SnapshotHolder snapshots,
    SnapshotFollower follower,
    AuditShipper shipper,
    Func<(LogWatchStatus Watch, IReadOnlyList<WitnessStatus> Witnesses, IReadOnlyList<SinkStatus> Sinks)> trust
) : INodeHealth
{
    public TrustHealth GetTrust()
    {
        var (watch, witnesses, sinks) = trust();
        return new TrustHealth(
            new VerifierHealth(watch.Verified, watch.LastRound, [.. watch.Findings.Select(static finding => finding.Code)], watch.Problem),
            [.. witnesses.Select(static one => new WitnessHealth(one.Name, one.Size, one.At, one.Problem))],
            [.. sinks.Select(static one => new SinkHealth(one.Name, one.Lag, one.Behind, one.LastError))]
        );
    }

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

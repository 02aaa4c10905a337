using PhiGateway.Admin.Status;
using PhiGateway.Audit.Shipping;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Following;
using PhiGateway.Proof.Verification;
using PhiGateway.Proof.Witnessing;
using PhiGateway.Sinks.Feeding;

namespace PhiGateway.Gateway.Health;

/// <summary>Registers what the control plane tells of this node; called once by its composition.</summary>
internal static class HealthRegistration
{
    /// <summary>The node's health, read from what keeps it going.</summary>
    public static IServiceCollection AddHealth(
        this IServiceCollection services,
        GatewayOptions options,
        SnapshotHolder snapshots,
        SnapshotFollower follower,
        AuditShipper shipper,
        Func<(LogWatchStatus Watch, IReadOnlyList<WitnessStatus> Witnesses, IReadOnlyList<SinkStatus> Sinks)> trust
    ) => services.AddSingleton<INodeHealth>(new NodeHealthReader(options, snapshots, follower, shipper, trust));
}

using PhiGateway.Admin.Status;
using PhiGateway.Audit.Shipping;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Following;

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
        AuditShipper shipper
    ) => services.AddSingleton<INodeHealth>(new NodeHealthReader(options, snapshots, follower, shipper));
}

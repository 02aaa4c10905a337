namespace PhiGateway.Gateway.Following;

/// <summary>Registers what is told of following the registry; called once by the control plane's composition.</summary>
internal static class FollowingRegistration
{
    /// <summary>How old what the node knows is, and what it holds.</summary>
    public static IServiceCollection AddFollowing(this IServiceCollection services, SnapshotHolder snapshots) =>
        services.AddSingleton(new RegistryMetrics(snapshots));
}

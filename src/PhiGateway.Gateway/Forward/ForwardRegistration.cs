namespace PhiGateway.Gateway.Forward;

/// <summary>The services of this room, for the data plane's composition.</summary>
internal static class ForwardRegistration
{
    /// <summary>What goes upstream.</summary>
    public static IServiceCollection AddForward(this IServiceCollection services) =>
        services.AddSingleton<TaskCounter>().AddSingleton<OwnerNotice>().AddSingleton<ForwardStage>();
}

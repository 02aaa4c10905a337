namespace PhiGateway.Gateway.Identify;

/// <summary>The services of this room, for the data plane's composition.</summary>
internal static class IdentifyRegistration
{
    /// <summary>Who it is.</summary>
    public static IServiceCollection AddIdentify(this IServiceCollection services) => services.AddSingleton<IdentifyStage>();
}

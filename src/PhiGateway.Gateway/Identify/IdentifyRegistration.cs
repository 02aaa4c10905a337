namespace PhiGateway.Gateway.Identify;

/// <summary>Registers the Identify stage; called once by the data plane's composition.</summary>
internal static class IdentifyRegistration
{
    /// <summary>Who it is.</summary>
    public static IServiceCollection AddIdentify(this IServiceCollection services) => services.AddSingleton<IdentifyStage>();
}

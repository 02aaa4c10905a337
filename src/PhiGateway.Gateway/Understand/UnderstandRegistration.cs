namespace PhiGateway.Gateway.Understand;

/// <summary>The services of this room, for the data plane's composition.</summary>
internal static class UnderstandRegistration
{
    /// <summary>What is asked.</summary>
    public static IServiceCollection AddUnderstand(this IServiceCollection services) =>
        services.AddSingleton<HandleReader>().AddSingleton<ApiUnderstanding>().AddSingleton<UnderstandStage>();
}

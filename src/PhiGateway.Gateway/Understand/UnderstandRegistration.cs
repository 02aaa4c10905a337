namespace PhiGateway.Gateway.Understand;

/// <summary>
/// Registers the Understand stage with its readers of handles and declared APIs; called once by the data plane's composition.
/// </summary>
internal static class UnderstandRegistration
{
    /// <summary>What is asked.</summary>
    public static IServiceCollection AddUnderstand(this IServiceCollection services) =>
        services.AddSingleton<HandleReader>().AddSingleton<ApiUnderstanding>().AddSingleton<UnderstandStage>();
}

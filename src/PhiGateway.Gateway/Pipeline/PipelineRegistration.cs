namespace PhiGateway.Gateway.Pipeline;

/// <summary>The services of this room, for the data plane's composition.</summary>
internal static class PipelineRegistration
{
    /// <summary>The order of it all.</summary>
    public static IServiceCollection AddPipeline(this IServiceCollection services) =>
        services.AddSingleton<GatewayPipeline>().AddSingleton<RequestRunner>();
}

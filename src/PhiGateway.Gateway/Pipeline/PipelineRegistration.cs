namespace PhiGateway.Gateway.Pipeline;

/// <summary>Registers the list of stages and the runner that walks it; called once by the data plane's composition.</summary>
internal static class PipelineRegistration
{
    /// <summary>The order of it all.</summary>
    public static IServiceCollection AddPipeline(this IServiceCollection services) =>
        services.AddSingleton<GatewayPipeline>().AddSingleton<RequestLine>().AddSingleton<RequestRunner>();
}

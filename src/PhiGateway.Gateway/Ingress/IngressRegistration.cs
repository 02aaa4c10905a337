namespace PhiGateway.Gateway.Ingress;

/// <summary>The services of this room, for the data plane's composition.</summary>
internal static class IngressRegistration
{
    /// <summary>One reading of the request.</summary>
    public static IServiceCollection AddIngress(this IServiceCollection services) =>
        services.AddSingleton<OwnHosts>().AddSingleton<CrossOriginStage>().AddSingleton<IngressStage>();
}

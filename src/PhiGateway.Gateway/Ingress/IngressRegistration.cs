namespace PhiGateway.Gateway.Ingress;

/// <summary>Registers the CrossOrigin and Ingress stages; called once by the data plane's composition.</summary>
internal static class IngressRegistration
{
    /// <summary>One reading of the request.</summary>
    public static IServiceCollection AddIngress(this IServiceCollection services) =>
        services.AddSingleton<OwnHosts>().AddSingleton<CrossOriginStage>().AddSingleton<IngressStage>();
}

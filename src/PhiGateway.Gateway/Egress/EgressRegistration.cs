namespace PhiGateway.Gateway.Egress;

/// <summary>Registers what asks before each outbound connection; called once by the data plane's composition.</summary>
internal static class EgressRegistration
{
    /// <summary>The connector, which the identity layer has too, and what makes the clients that forward through it.</summary>
    public static IServiceCollection AddEgress(this IServiceCollection services, EgressConnector connector) =>
        services.AddSingleton(connector).AddSingleton<EgressHttpClientFactory>();
}

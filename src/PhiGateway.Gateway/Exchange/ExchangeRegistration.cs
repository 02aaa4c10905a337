namespace PhiGateway.Gateway.Exchange;

/// <summary>The services of this room, for the data plane's composition.</summary>
internal static class ExchangeRegistration
{
    /// <summary>Routes as the gateway reads them.</summary>
    public static IServiceCollection AddExchange(this IServiceCollection services) => services.AddSingleton<RouteCatalog>();
}

using PhiGateway.Gateway.Configuration;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Registers what all stages share: the route catalog, the memory budget and the answer buffers; called once by the data plane's
/// composition.
/// </summary>
internal static class ExchangeRegistration
{
    /// <summary>Routes as the gateway reads them, and the memory that all requests share.</summary>
    public static IServiceCollection AddExchange(this IServiceCollection services) =>
        services
            .AddSingleton<RouteCatalog>()
            .AddSingleton(static provider => new HeldMemory(MemoryBudget.Of(provider.GetRequiredService<GatewayOptions>().Limits)))
            .AddSingleton<AnswerBuffers>();
}

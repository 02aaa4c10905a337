namespace PhiGateway.Gateway.Handles;

/// <summary>
/// Registers what seals, opens and issues handles, with the configured handle key; called once by the data plane's composition.
/// </summary>
internal static class HandlesRegistration
{
    /// <summary>Names of ours for places of the upstream.</summary>
    /// <param name="services">Receives them.</param>
    /// <param name="key">The key that the nodes of a fleet share; null: one that ends with the process.</param>
    public static IServiceCollection AddHandles(this IServiceCollection services, string? key) =>
        services.AddSingleton(new HandleSealer(key)).AddSingleton<BaseProposals>().AddSingleton<PageKeeper>().AddSingleton<HandleIssuer>();
}

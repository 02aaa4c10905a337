using PhiGateway.Gateway.Telemetry;
using PhiGateway.TokenService.Endpoints;

namespace PhiGateway.Gateway.Admit;

/// <summary>
/// Registers the Admit stage with the clients' gates and the keeper of quotas; called once by the data plane's composition.
/// </summary>
internal static class AdmitRegistration
{
    /// <summary>Whether there is room.</summary>
    public static IServiceCollection AddAdmit(this IServiceCollection services) =>
        services
            .AddSingleton<ClientGates>()
            .AddSingleton<RefusalBrake>()
            .AddSingleton<QuotaKeeper>()
            .AddSingleton<TaskCounter>()
            .AddSingleton<AdmitStage>();

    /// <summary>How much of the token service a client may take; for that plane alone, which has a clock and the service's options.</summary>
    public static IServiceCollection AddTokenRoom(this IServiceCollection services, GatewayMetrics metrics) =>
        services.AddSingleton(metrics).AddSingleton<ITokenRoom, TokenRoom>();
}

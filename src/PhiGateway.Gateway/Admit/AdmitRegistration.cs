using PhiGateway.Gateway.Telemetry;
using PhiGateway.TokenService.Configuration;
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

    /// <summary>The room that a client has at the token service; called once by the composition of its plane.</summary>
    /// <param name="services">Of the plane.</param>
    /// <param name="options">How much.</param>
    /// <param name="metrics">Counts what is refused for want of it.</param>
    /// <param name="clock">Clock.</param>
    public static IServiceCollection AddTokenRoom(
        this IServiceCollection services,
        TokenServiceOptions options,
        GatewayMetrics metrics,
        TimeProvider clock
    ) => services.AddSingleton<ITokenRoom>(new TokenRoom(options, metrics, clock));
}

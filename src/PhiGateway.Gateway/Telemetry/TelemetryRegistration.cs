namespace PhiGateway.Gateway.Telemetry;

/// <summary>The services of this room, for the data plane's composition.</summary>
internal static class TelemetryRegistration
{
    /// <summary>What is counted.</summary>
    public static IServiceCollection AddTelemetry(this IServiceCollection services) => services.AddSingleton<GatewayMetrics>();
}

namespace PhiGateway.Gateway.Telemetry;

/// <summary>Registers the data plane's metrics, or takes those that are given; called once by the data plane's composition.</summary>
internal static class TelemetryRegistration
{
    /// <summary>What is counted.</summary>
    /// <param name="services">Receives them.</param>
    /// <param name="metrics">Made before, for what stands in front of the pipeline; null: nothing does.</param>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, GatewayMetrics? metrics = null) =>
        metrics is null ? services.AddSingleton<GatewayMetrics>() : services.AddSingleton(metrics);
}

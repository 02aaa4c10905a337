namespace PhiGateway.EndToEnd;

/// <summary>One node whose logs nobody else writes to, and whose spans and metrics a collector of its own receives.</summary>
public sealed class CanaryWorld : GatewayWorld
{
    internal TelemetryCollector Collector { get; private set; } = null!;

    private protected override string Provider => "Sqlite";

    private protected override object Telemetry =>
        new
        {
            Otlp = Collector.Address,
            Prometheus = true,
            RequestLog = true,
        };

    public override async ValueTask InitializeAsync()
    {
        Collector = await TelemetryCollector.StartAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        await Collector.DisposeAsync();
    }
}

using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using OpenTelemetry;
using OpenTelemetry.Context.Propagation;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Egress;

namespace PhiGateway.Gateway.Telemetry;

/// <summary>
/// Sets OpenTelemetry up for the whole process, as configured under <c>PhiGateway:Telemetry</c>; without configuration nothing is collected
/// and no request pays for it.
/// </summary>
/// <remarks>The control plane hosts it: meters and activity sources belong to the process, so both planes are seen.</remarks>
internal static class TelemetrySetup
{
    /// <summary>Beginning of the names of the product's own meters.</summary>
    public const string OwnMeters = "PhiGateway.";

    private const string ScrapePath = "/metrics";

    /// <summary>Adds the collectors that are asked for to the control plane's services.</summary>
    public static void Add(IServiceCollection services, GatewayOptions options)
    {
        var telemetry = options.Telemetry;
        if (telemetry.Otlp is null && !telemetry.Prometheus)
        {
            return;
        }

        var egress = new EgressConnector(new EgressPolicy(options.Egress.Allow));
        var collectors = services
            .AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("phi-gateway", serviceInstanceId: options.Node));
        collectors.WithMetrics(metrics =>
        {
            metrics
                .AddMeter(OwnMeters + "*")
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddView(TelemetryTags.ViewOf);
            if (telemetry.Prometheus)
            {
                metrics.AddPrometheusExporter();
            }

            if (telemetry.Otlp is { } collector)
            {
                metrics.AddOtlpExporter(exporter => Send(exporter, collector, "metrics", egress));
            }
        });
        if (telemetry.Otlp is { } address)
        {
            // Before the exporter: processors are called in the order in which they were added.
            collectors.WithTracing(traces => AddSpans(traces).AddOtlpExporter(exporter => Send(exporter, address, "traces", egress)));
        }
    }

    /// <summary>The sources of spans with the fence behind them; an exporter is added by the caller.</summary>
    internal static TracerProviderBuilder AddSpans(TracerProviderBuilder traces) =>
        traces
            .AddAspNetCoreInstrumentation()
            .AddHttpClientInstrumentation()
            .AddSource(UpstreamSpans.SourceName)
            .AddProcessor(new SpanFence());

    /// <summary>Closes trace contexts in both directions; before anything makes an HTTP client.</summary>
    public static void CloseContexts()
    {
        DistributedContextPropagator.Current = new ClosedPropagator();
        Sdk.SetDefaultTextMapPropagator(new CompositeTextMapPropagator([]));
    }

    /// <summary>Maps <c>/metrics</c> behind the control plane's gate, for any of its roles, when it is asked for.</summary>
    public static void Map(WebApplication app, GatewayOptions options)
    {
        if (options.Telemetry.Prometheus)
        {
            app.MapPrometheusScrapingEndpoint(ScrapePath).WithMetadata(new RequiredRoles(AdminRoles.All));
        }
    }

    private static void Send(OtlpExporterOptions exporter, string collector, string signal, EgressConnector egress)
    {
        exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = new Uri($"{collector.TrimEnd('/')}/v1/{signal}");
        exporter.HttpClientFactory = () =>
            new HttpClient(
                new SocketsHttpHandler
                {
                    AllowAutoRedirect = false,
                    UseProxy = false,
                    ConnectCallback = egress.ConnectAsync,
                }
            )
            {
                Timeout = TimeSpan.FromMilliseconds(exporter.TimeoutMilliseconds),
            };
    }
}

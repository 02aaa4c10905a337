using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using PhiGateway.Admin.Signals;
using PhiGateway.Gateway.Ingress;
using PhiGateway.Gateway.Telemetry;

namespace PhiGateway.Gateway.Composition;

/// <summary>Builds the web application that shared signals are pushed to, on a listener of its own; only where it is configured.</summary>
internal static class SignalPlane
{
    private const long MaxBody = 64 * 1024;
    private const int MaxConnections = 200;
    private static readonly TimeSpan HeadTime = TimeSpan.FromSeconds(10);

    /// <summary>Builds it, not started.</summary>
    /// <param name="parts">What all planes share.</param>
    /// <param name="listener">Where it listens.</param>
    /// <param name="signals">The receiver.</param>
    public static WebApplication Build(GatewayParts parts, string listener, SharedSignals signals)
    {
        var options = parts.Options;
        var peers = new PeerAddress(options.TrustedProxies);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddGatewayLog(parts.Log).AddFilter("Microsoft.AspNetCore", LogLevel.None);
        builder
            .WebHost.UseKestrelCore()
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = MaxBody;
                kestrel.Limits.MaxConcurrentConnections = MaxConnections;
                kestrel.Limits.RequestHeadersTimeout = HeadTime;
                kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(options.Limits.LeastRate, HeadTime);
                kestrel.Limits.MinResponseDataRate = new MinDataRate(options.Limits.LeastRate, HeadTime);
                Listeners.Add(kestrel, listener, options.Listeners);
            });
        var app = builder.Build();
        peers.Use(app);
        app.Run(http => SignalEndpoints.AnswerAsync(http, signals));
        return app;
    }
}

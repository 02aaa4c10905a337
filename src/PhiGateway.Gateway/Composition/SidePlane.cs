using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using PhiGateway.Gateway.Ingress;
using PhiGateway.Gateway.Telemetry;

namespace PhiGateway.Gateway.Composition;

/// <summary>Begins a small web application on a listener of its own: short messages, little time; for tokens and signals.</summary>
internal static class SidePlane
{
    private const long MaxBody = 64 * 1024;
    private static readonly TimeSpan HeadTime = TimeSpan.FromSeconds(10);

    /// <summary>The builder, with its listener and nothing else.</summary>
    /// <param name="parts">What all planes share.</param>
    /// <param name="listener">Where it listens.</param>
    /// <param name="gate">Counts its connections.</param>
    public static WebApplicationBuilder Begin(GatewayParts parts, string listener, ConnectionGate gate)
    {
        var options = parts.Options;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        // As on the data plane, and why: DataPlane.
        builder.Services.Configure<SocketTransportOptions>(static sockets =>
        {
            sockets.UnsafePreferInlineScheduling = true;
            sockets.WaitForDataBeforeAllocatingBuffer = false;
        });
        builder.Logging.AddGatewayLog(parts.Log).AddFilter("Microsoft.AspNetCore", LogLevel.None);
        builder
            .WebHost.UseKestrelCore()
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = MaxBody;
                kestrel.Limits.RequestHeadersTimeout = HeadTime;
                kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(options.Limits.LeastRate, HeadTime);
                kestrel.Limits.MinResponseDataRate = new MinDataRate(options.Limits.LeastRate, HeadTime);
                Listeners.Add(kestrel, listener, options.Listeners, parts.Certificate, before: gate.Use);
            });
        return builder;
    }
}

using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Gateway.Upstream.Credentials;
using PhiGateway.Gateway.Upstream.Lean;
using Yarp.ReverseProxy.Forwarder;

namespace PhiGateway.Gateway.Upstream;

/// <summary>Registers the clients that send calls upstream; called once by the data plane's composition.</summary>
internal static class UpstreamRegistration
{
    /// <summary>The seam to the proxy, and what the gateway shows there.</summary>
    public static IServiceCollection AddUpstream(this IServiceCollection services) =>
        services
            .AddSingleton<BackendCredentials>()
            .AddSingleton<IBackendCredentials>(static provider => provider.GetRequiredService<BackendCredentials>())
            .AddSingleton<IForwarderHttpClientFactory, UpstreamClientFactory>()
            .AddSingleton<LeanClient>()
            .AddSingleton<StorageClient>()
            .AddSingleton<YarpUpstream>()
            .AddSingleton<IUpstream>(static provider => new MeasuredUpstream(
                provider.GetRequiredService<YarpUpstream>(),
                provider.GetRequiredService<GatewayMetrics>(),
                provider.GetRequiredService<GatewayOptions>(),
                provider.GetRequiredService<TimeProvider>()
            ));
}

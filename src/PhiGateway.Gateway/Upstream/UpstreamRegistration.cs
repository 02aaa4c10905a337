using PhiGateway.Gateway.Upstream.Lean;

namespace PhiGateway.Gateway.Upstream;

/// <summary>Registers the clients that send calls upstream; called once by the data plane's composition.</summary>
internal static class UpstreamRegistration
{
    /// <summary>The seam to the proxy.</summary>
    public static IServiceCollection AddUpstream(this IServiceCollection services) =>
        services.AddSingleton<LeanClient>().AddSingleton<StorageClient>().AddSingleton<IUpstream, YarpUpstream>();
}

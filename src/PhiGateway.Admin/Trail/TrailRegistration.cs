using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Admin.Trail;

/// <summary>Registers searches and reports of the trail; called once by the control plane's composition.</summary>
internal static class TrailRegistration
{
    /// <summary>Whatever reads the trail for people.</summary>
    public static IServiceCollection AddTrail(this IServiceCollection services) =>
        services
            .AddSingleton<TrailNames>()
            .AddSingleton<TrailSearch>()
            .AddSingleton<TrailReports>()
            .AddSingleton<TrailExport>()
            .AddSingleton<ForwarderFeed>()
            .AddSingleton<TrailTail>()
            .AddSingleton<TrailProofs>()
            .AddSingleton<TrailBundles>()
            .AddSingleton<ReachSearch>()
            .AddSingleton<SettledCounts>()
            .AddSingleton<TrafficReports>();
}

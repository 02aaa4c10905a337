using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Admin.Rosters;

/// <summary>Registers memberships of rosters; called once by the control plane's composition.</summary>
internal static class RostersRegistration
{
    /// <summary>Single ones and imports, and how far a roster grows.</summary>
    public static IServiceCollection AddRosters(this IServiceCollection services) =>
        services.AddSingleton<RosterGrowth>().AddSingleton<MemberCommands>().AddSingleton<MemberImport>();
}

using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Admin.Keeping;

/// <summary>Registers what keeps the trail; called once by the control plane's composition.</summary>
internal static class KeepingRegistration
{
    /// <summary>The register of holds, the plan and the commands.</summary>
    public static IServiceCollection AddKeeping(this IServiceCollection services) =>
        services
            .AddSingleton<KeepingRegister>()
            .AddSingleton<KeepingPlanner>()
            .AddSingleton<FleetSteps>()
            .AddSingleton<ShippedSteps>()
            .AddSingleton<GoneReports>()
            .AddSingleton<KeepingCommands>()
            .AddSingleton<ContentCommands>();
}

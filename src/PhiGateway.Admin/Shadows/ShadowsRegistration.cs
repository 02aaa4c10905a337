using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Configuration;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Shadows;

/// <summary>Registers candidates that are judged beside what is in force; called once by the control plane's composition.</summary>
internal static class ShadowsRegistration
{
    /// <summary>Their register, their loop and their commands.</summary>
    public static IServiceCollection AddShadows(this IServiceCollection services) =>
        services
            .AddSingleton<ShadowRegister>()
            .AddSingleton<ShadowRegistries>()
            .AddSingleton(static all => new ShadowWatch(
                all.GetRequiredService<ShadowRegister>(),
                all.GetRequiredService<ShadowRegistries>(),
                all.GetRequiredService<IAuditStore>(),
                all.GetRequiredService<ISnapshotSource>(),
                all.GetRequiredService<AdminOptions>(),
                all.GetRequiredService<TimeProvider>(),
                all.GetRequiredService<ILogger<ShadowWatch>>()
            ))
            .AddSingleton<ShadowCommands>();
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Organizations;

/// <summary>Registers what is done to organizations and owners; called once by the control plane's composition.</summary>
internal static class OrganizationsRegistration
{
    /// <summary>Verbs and the directory of vendors.</summary>
    public static IServiceCollection AddOrganizations(this IServiceCollection services) =>
        services
            .AddSingleton<OrganizationVerbs>()
            .AddSingleton<OwnerVerbs>()
            .AddSingleton<VendorDirectory>()
            .AddSingleton<FleetReach>()
            .AddSingleton<OffboardingRegister>()
            .AddSingleton<OffboardingReports>()
            .AddSingleton(static all => new OffboardingClock(
                all.GetRequiredService<OffboardingRegister>(),
                all.GetRequiredService<FleetReach>(),
                all.GetRequiredService<ISnapshotSource>(),
                all.GetRequiredService<TimeProvider>(),
                all.GetRequiredService<ILogger<OffboardingClock>>()
            ));
}

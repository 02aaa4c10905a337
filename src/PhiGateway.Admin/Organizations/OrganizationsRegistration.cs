using Microsoft.Extensions.DependencyInjection;

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
            .AddSingleton<OffboardingReports>();
}

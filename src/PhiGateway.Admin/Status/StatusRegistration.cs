using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Admin.Status;

/// <summary>Registers what a node tells of itself; called once by the control plane's composition.</summary>
internal static class StatusRegistration
{
    /// <summary>Reports, and the keys of issuers.</summary>
    public static IServiceCollection AddStatus(this IServiceCollection services) =>
        services.AddSingleton<StatusReports>().AddSingleton<SettingsReports>().AddSingleton<IssuerKeys>().AddSingleton<StoreProbe>();
}

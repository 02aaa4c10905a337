using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Campaigns;

/// <summary>Registers access reviews; called once by the control plane's composition.</summary>
internal static class CampaignsRegistration
{
    /// <summary>Verbs of reviews, and the deadline that the host looks after.</summary>
    public static IServiceCollection AddCampaigns(this IServiceCollection services) =>
        services
            .AddSingleton<CampaignStart>()
            .AddSingleton<CampaignDecisions>()
            .AddSingleton<CampaignApply>()
            .AddSingleton<CampaignCancel>()
            .AddSingleton<CampaignReports>()
            .AddSingleton<CampaignProofs>()
            .AddSingleton(static provider => new CampaignDeadline(
                provider.GetRequiredService<IRegistryStore>(),
                provider.GetRequiredService<WorkingSetSource>(),
                provider.GetRequiredService<IAuditJournal>(),
                provider.GetRequiredService<ISnapshotSource>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<CampaignDeadline>>()
            ));
}

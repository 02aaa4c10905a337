using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Alerts;

/// <summary>Registers alerts, and what raises them; called once by the control plane's composition.</summary>
internal static class AlertsRegistration
{
    /// <summary>Verbs of alerts, and the looks that the host runs.</summary>
    public static IServiceCollection AddAlerts(this IServiceCollection services) =>
        services
            .AddSingleton<AlertInbox>()
            .AddSingleton<AlertHistory>()
            .AddSingleton<EmergencyReports>()
            .AddSingleton<AlertVerbs>()
            .AddSingleton<AlertHandling>()
            .AddSingleton(static provider => new DoorWarnings(
                provider.GetRequiredService<IRegistryStore>(),
                provider.GetRequiredService<WorkingSetSource>(),
                provider.GetRequiredService<IAuditJournal>(),
                provider.GetRequiredService<ISnapshotSource>(),
                provider.GetRequiredService<AdminOptions>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<DoorWarnings>>()
            ))
            .AddSingleton(static provider => new NodeSilence(
                provider.GetRequiredService<IRegistryStore>(),
                provider.GetRequiredService<WorkingSetSource>(),
                provider.GetRequiredService<IAuditJournal>(),
                provider.GetRequiredService<ISnapshotSource>(),
                provider.GetRequiredService<AdminOptions>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<NodeSilence>>()
            ))
            .AddSingleton(static provider => new EmergencyUses(
                provider.GetRequiredService<IRegistryStore>(),
                provider.GetRequiredService<WorkingSetSource>(),
                provider.GetRequiredService<IAuditJournal>(),
                provider.GetRequiredService<IAuditStore>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<EmergencyUses>>()
            ))
            .AddSingleton(static provider => new DormancyLadder(
                provider.GetRequiredService<IRegistryStore>(),
                provider.GetRequiredService<IAuditJournal>(),
                provider.GetRequiredService<IAuditStore>(),
                provider.GetRequiredService<ISnapshotSource>(),
                provider.GetRequiredService<AdminOptions>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<DormancyLadder>>()
            ))
            .AddSingleton(static provider => new AlertEscalation(
                provider.GetRequiredService<IRegistryStore>(),
                provider.GetRequiredService<WorkingSetSource>(),
                provider.GetRequiredService<IAuditJournal>(),
                provider.GetRequiredService<ISnapshotSource>(),
                provider.GetRequiredService<AdminOptions>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<AlertEscalation>>()
            ));
}

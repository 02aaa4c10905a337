using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Editing;

/// <summary>Registers the one way into the registry; called once by the control plane's composition.</summary>
internal static class EditingRegistration
{
    /// <summary>The working set, the rules, the records and the editor.</summary>
    public static IServiceCollection AddEditing(this IServiceCollection services) =>
        services
            .AddSingleton(static provider => new WorkingSetSource(
                provider.GetRequiredService<IRegistryStore>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetService<IRegistrySource>()
            ))
            .AddSingleton<RegistryRules>()
            .AddSingleton<AdminJournal>()
            .AddSingleton<RegistryEditor>();
}

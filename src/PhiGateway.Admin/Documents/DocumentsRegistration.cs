using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Admin.Documents;

/// <summary>Registers the calls on any kind of document; called once by the control plane's composition.</summary>
internal static class DocumentsRegistration
{
    /// <summary>What reads and writes documents.</summary>
    public static IServiceCollection AddDocuments(this IServiceCollection services) =>
        services
            .AddSingleton<TaskGrowth>()
            .AddSingleton<DocumentCommands>()
            .AddSingleton<DocumentQueries>()
            .AddSingleton<RegistryFinder>()
            .AddSingleton<KeyApproval>()
            .AddSingleton<KeyClaim>();
}

using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Admin.Declarative;

/// <summary>Registers the registry as a file; called once by the control plane's composition.</summary>
internal static class DeclarativeRegistration
{
    /// <summary>Export, plan and apply, history and the way back.</summary>
    public static IServiceCollection AddDeclarative(this IServiceCollection services) =>
        services.AddSingleton<ConfigCommands>().AddSingleton<RegistryHistory>().AddSingleton<RegistryRevert>();
}

using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Admin.Controls;

/// <summary>Registers the report of controls; called once by the control plane's composition.</summary>
internal static class ControlsRegistration
{
    /// <summary>Controls with their evidence.</summary>
    public static IServiceCollection AddControls(this IServiceCollection services) => services.AddSingleton<ControlReports>();
}

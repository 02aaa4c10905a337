using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Admin.Callers;

/// <summary>Registers the inventory of unknown callers; called once by the control plane's composition.</summary>
internal static class CallersRegistration
{
    /// <summary>Who called without being registered.</summary>
    public static IServiceCollection AddCallers(this IServiceCollection services) => services.AddSingleton<UnknownCallers>();
}

using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Admin.Registrations;

/// <summary>Registers what people do with requests to be registered; called once by the control plane's composition.</summary>
internal static class RegistrationsRegistration
{
    /// <summary>The queue of strangers; the host registers its store.</summary>
    public static IServiceCollection AddRegistrations(this IServiceCollection services) =>
        services.AddSingleton<RegistrationCommands>().AddSingleton<RegistrationSweep>();
}

using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Admin.UseCases;

/// <summary>Registers what is done to use cases; called once by the control plane's composition.</summary>
internal static class UseCasesRegistration
{
    /// <summary>Verbs of use cases, and the queue of those that wait.</summary>
    public static IServiceCollection AddUseCases(this IServiceCollection services) =>
        services.AddSingleton<UseCaseVerbs>().AddSingleton<UseCaseQueue>();
}

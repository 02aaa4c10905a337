using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Admin.AuthZen;

/// <summary>Registers the answers to other systems' questions; called once by the control plane's composition.</summary>
internal static class AuthZenRegistration
{
    /// <summary>Words, evaluations, searches.</summary>
    public static IServiceCollection AddAuthZen(this IServiceCollection services) =>
        services.AddSingleton<AskedWords>().AddSingleton<AccessEvaluator>().AddSingleton<AuthZenCommands>().AddSingleton<AuthZenSearch>();
}

using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Admin.Revocations;

/// <summary>Registers revoking and lifting; called once by the control plane's composition.</summary>
internal static class RevocationsRegistration
{
    /// <summary>Commands of revocations.</summary>
    public static IServiceCollection AddRevocations(this IServiceCollection services) =>
        services
            .AddSingleton<RevocationCommands>()
            .AddSingleton<StopPreviews>()
            .AddSingleton<RevocationBook>()
            .AddSingleton<PersonSessions>();
}

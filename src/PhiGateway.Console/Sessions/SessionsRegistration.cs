using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Console.Sessions;

/// <summary>Registers the sessions of signed-in people; called once by the console's composition.</summary>
internal static class SessionsRegistration
{
    /// <summary>Sessions of this node, and how they go on at others.</summary>
    public static IServiceCollection AddSessions(this IServiceCollection services) =>
        services.AddSingleton<ConsoleSessions>().AddSingleton<SessionFleet>();
}

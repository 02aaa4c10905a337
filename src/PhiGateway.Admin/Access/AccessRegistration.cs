using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Configuration;

namespace PhiGateway.Admin.Access;

/// <summary>Registers who the administrator is; called once by the control plane's composition.</summary>
internal static class AccessRegistration
{
    /// <summary>The ways in.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services, AdminOptions options)
    {
        if (options.Oidc is { } oidc)
        {
            OidcSetup.Add(services, oidc, options.Connect);
        }

        return services
            .AddSingleton<AdminKeyAuthenticator>()
            .AddSingleton<StrangersTokens>()
            .AddSingleton<OidcAuthenticator>()
            .AddSingleton<FailedAuthentications>()
            .AddSingleton<CallerStanding>();
    }
}

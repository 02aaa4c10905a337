using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Configuration;
using PhiGateway.Console.Configuration;
using PhiGateway.Identity.Issuers;

namespace PhiGateway.Console.SignIn;

/// <summary>Registers the ways to sign in; called once by the console's composition.</summary>
internal static class SignInRegistration
{
    /// <summary>The demonstration's book, and the provider where one is configured.</summary>
    public static IServiceCollection AddSignIn(this IServiceCollection services, ConsoleOptions options)
    {
        services.AddSingleton<SignInBook>().AddSingleton<SignInStarts>();
        if (options.Oidc is { } provider)
        {
            AddProvider(services, options, provider);
        }

        OidcSignIn.Add(services, options);
        return services;
    }

    // Where the operator keeps the keys of the API's tokens, what the console needs besides is found at the provider.
    private static void AddProvider(IServiceCollection services, ConsoleOptions options, AdminOidcOptions provider)
    {
        if (provider.Jwks is null)
        {
            services.AddSingleton(static made => new ConsoleProvider(made.GetRequiredService<SignInProvider>(), IsShared: true));
        }
        else
        {
            services.AddSingleton(made => new ConsoleProvider(
                new SignInProvider(
                    provider.Issuer,
                    null,
                    "console",
                    made.GetRequiredService<TimeProvider>(),
                    made.GetRequiredService<ILogger<SignInProvider>>(),
                    options.Connect
                ),
                IsShared: false
            ));
            services.AddSingleton<IHeldKeys>(static made => made.GetRequiredService<ConsoleProvider>().Provider);
        }
    }
}

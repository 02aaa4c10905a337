using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Console.Configuration;

namespace PhiGateway.Console.SignIn;

/// <summary>Registers the ways to sign in; called once by the console's composition.</summary>
internal static class SignInRegistration
{
    /// <summary>The demonstration's book, and the provider where one is configured.</summary>
    public static IServiceCollection AddSignIn(this IServiceCollection services, ConsoleOptions options)
    {
        services.AddSingleton<SignInBook>().AddSingleton<SignInStarts>();
        OidcSignIn.Add(services, options);
        return services;
    }
}

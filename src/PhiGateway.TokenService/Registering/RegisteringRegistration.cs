using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Identity.Assertions;
using PhiGateway.TokenService.Configuration;

namespace PhiGateway.TokenService.Registering;

/// <summary>Registers what takes requests of strangers to be registered; only where it is configured there is anything.</summary>
internal static class RegisteringRegistration
{
    /// <summary>Adds it; the host registers the store of requests.</summary>
    public static IServiceCollection AddRegistering(
        this IServiceCollection services,
        TokenServiceOptions options,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect
    ) =>
        options.Registration is { Enabled: true } registration
            ? services
                .AddSingleton(provider => new SoftwareStatements(registration.Authorities, provider.GetRequiredService<TimeProvider>()))
                .AddSingleton(_ => new ClientDocuments(registration.MetadataHosts, connect))
                .AddSingleton<ApplicationIntake>()
                .AddSingleton<RegistrationEndpoint>()
            : services;
}

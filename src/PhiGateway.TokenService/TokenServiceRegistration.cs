using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PhiGateway.Identity.Assertions;
using PhiGateway.Identity.Workloads;
using PhiGateway.Policy.Registry;
using PhiGateway.TokenService.Configuration;
using PhiGateway.TokenService.Endpoints;
using PhiGateway.TokenService.Registering;
using PhiGateway.TokenService.Signing;
using PhiGateway.TokenService.Trail;

namespace PhiGateway.TokenService;

/// <summary>Registers the token service and maps its endpoints; used by the host's composition root.</summary>
public static class TokenServiceRegistration
{
    /// <summary>
    /// Adds it. The host registers besides: clock, journal, snapshots, the registry's store, what was used once, and proofs of keys.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="options">Already validated.</param>
    /// <param name="ring">Opened by the host, which closes it.</param>
    /// <param name="environment">That of the gateway, such as <c>production</c>.</param>
    /// <param name="connect">Opens the connections to clients' keys, by the host's own rules.</param>
    public static IServiceCollection AddTokenService(
        this IServiceCollection services,
        TokenServiceOptions options,
        KeyRing ring,
        string environment,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect
    ) =>
        services
            .AddSingleton(options)
            .AddSingleton(ring)
            .AddSingleton(new ServedEnvironment(environment))
            .AddSingleton(provider => new ClientAssertions(
                provider.GetRequiredService<ISingleUses>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<ClientAssertions>>(),
                connect
            ))
            .AddSingleton<FalseSignatures>()
            .AddSingleton(provider => new ClientAuthentication(
                options,
                provider.GetRequiredService<ClientAssertions>(),
                provider.GetRequiredService<ITokenRoom>(),
                provider.GetRequiredService<FalseSignatures>(),
                provider.GetRequiredService<TimeProvider>(),
                options.ClientAuthorities is { } file ? new ClientAuthorities(file, provider.GetRequiredService<TimeProvider>()) : null
            ))
            .AddSingleton(provider => new IdentityAssertions(
                options.IdentityProviders,
                provider.GetRequiredService<ISingleUses>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<IdentityAssertions>>(),
                connect
            ))
            .AddRegistering(options, connect)
            .AddSingleton<TokenSigner>()
            .AddSingleton<TokenTrail>()
            .AddSingleton<AccessReader>()
            .AddSingleton<TokenEndpoint>()
            .AddSingleton<RevocationEndpoint>()
            .AddSingleton<IntrospectionEndpoint>()
            .AddSingleton<MetadataDocuments>()
            .AddHostedService<KeyRingTurner>();

    /// <summary>Maps every endpoint; whatever else is asked for is not there.</summary>
    public static void MapTokenService(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var metadata = services.GetRequiredService<MetadataDocuments>();
        Post(endpoints, "/token", services.GetRequiredService<TokenEndpoint>().RunAsync);
        Post(endpoints, "/revoke", services.GetRequiredService<RevocationEndpoint>().RunAsync);
        Post(endpoints, "/introspect", services.GetRequiredService<IntrospectionEndpoint>().RunAsync);
        if (services.GetService<RegistrationEndpoint>() is { } registration)
        {
            Post(endpoints, RegistrationOptions.Path, registration.RunAsync);
            Get(endpoints, RegistrationOptions.Path + "/{id}", registration.ShowAsync);
        }

        Get(endpoints, "/jwks", metadata.WriteKeysAsync);
        Get(endpoints, "/.well-known/openid-configuration", metadata.WriteServerAsync);
        Get(endpoints, "/.well-known/oauth-authorization-server", metadata.WriteServerAsync);
        Get(endpoints, "/.well-known/smart-configuration", metadata.WriteSmartAsync);
    }

    private static void Post(IEndpointRouteBuilder endpoints, string path, RequestDelegate handler) =>
        endpoints.MapMethods(path, [HttpMethods.Post], handler);

    private static void Get(IEndpointRouteBuilder endpoints, string path, RequestDelegate handler) =>
        endpoints.MapMethods(path, [HttpMethods.Get], handler);
}

using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using PhiGateway.Admin.Configuration;
using PhiGateway.Identity.Common;
using PhiGateway.Identity.Issuers;

namespace PhiGateway.Admin.Access;

/// <summary>Wires the JwtBearer handler for the admin issuer; nothing is taken from the token that the options do not name.</summary>
internal static class OidcSetup
{
    public static void Add(
        IServiceCollection services,
        AdminOidcOptions oidc,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect
    )
    {
        var jwks = oidc.Jwks is { } written ? ReferenceOf(written) : null;
        services
            .AddSingleton(provider => new SignInProvider(
                oidc.Issuer,
                jwks,
                "administrators",
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<SignInProvider>>(),
                connect
            ))
            .AddSingleton<IHeldKeys>(static provider => provider.GetRequiredService<SignInProvider>());
        services.AddAuthentication().AddJwtBearer(OidcAuthenticator.Scheme, static _ => { });
        services
            .AddOptions<JwtBearerOptions>(OidcAuthenticator.Scheme)
            .Configure<SignInProvider>(
                (jwt, provider) =>
                {
                    jwt.MapInboundClaims = false;
                    jwt.RequireHttpsMetadata = oidc.Issuer.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
                    jwt.ConfigurationManager = provider;
                    jwt.TokenValidationParameters = new TokenValidationParameters
                    {
                        ValidIssuer = oidc.Issuer,
                        ValidAudience = oidc.Audience,
                        ValidAlgorithms = oidc.Algorithms,
                        NameClaimType = oidc.NameClaim,
                        RoleClaimType = oidc.RoleClaim,
                        RequireExpirationTime = true,
                        RequireSignedTokens = true,
                        ClockSkew = TimeSpan.FromSeconds(30),
                    };
                }
            );
    }

    // Public keys are no secret: the plain path of a file is as good as a reference, as for the issuers of the data plane.
    private static string ReferenceOf(string jwks)
    {
        var reference = SecretReference.IsReference(jwks) ? jwks : "file:" + jwks;
        return SignInProvider.FindFlaw(reference) is { } flaw ? throw new AdminStartException($"Admin:Oidc:Jwks: {flaw}.") : reference;
    }
}

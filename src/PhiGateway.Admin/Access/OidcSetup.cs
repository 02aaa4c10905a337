using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using PhiGateway.Admin.Configuration;
using PhiGateway.Identity.Common;

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
        var keys = oidc.Jwks is null ? null : ReadKeys(oidc.Jwks);
        services
            .AddAuthentication()
            .AddJwtBearer(
                OidcAuthenticator.Scheme,
                jwt =>
                {
                    jwt.MapInboundClaims = false;
                    jwt.RequireHttpsMetadata = oidc.Issuer.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
                    if (keys is null)
                    {
                        jwt.Authority = oidc.Issuer;
                        jwt.BackchannelHttpHandler = new SocketsHttpHandler
                        {
                            AllowAutoRedirect = false,
                            UseProxy = false,
                            ConnectCallback = connect,
                            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                        };
                    }

                    jwt.TokenValidationParameters = new TokenValidationParameters
                    {
                        ValidIssuer = oidc.Issuer,
                        ValidAudience = oidc.Audience,
                        ValidAlgorithms = oidc.Algorithms,
                        NameClaimType = oidc.NameClaim,
                        RoleClaimType = oidc.RoleClaim,
                        IssuerSigningKeys = keys,
                        RequireExpirationTime = true,
                        RequireSignedTokens = true,
                        ClockSkew = TimeSpan.FromSeconds(30),
                    };
                }
            );
    }

    // Public keys are no secret: the plain path of a file is as good as a reference, as for the issuers of the data plane.
    private static IList<SecurityKey> ReadKeys(string jwks)
    {
        if (!SecretReference.TryResolve(SecretReference.IsReference(jwks) ? jwks : "file:" + jwks, out var text, out var why))
        {
            throw new AdminStartException($"Admin:Oidc:Jwks: {why}.");
        }

        try
        {
            return new JsonWebKeySet(text).GetSigningKeys();
        }
        catch (ArgumentException fault)
        {
            throw new AdminStartException($"Admin:Oidc:Jwks is not a JSON Web Key Set: {jwks}.", fault);
        }
    }
}

using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;

namespace PhiGateway.Admin.Access;

/// <summary>Wires the JwtBearer handler for the admin issuer; nothing is taken from the token that the options do not name.</summary>
internal static class OidcSetup
{
    public static void Add(IServiceCollection services, AdminOidcOptions oidc)
    {
        var keys = oidc.Jwks is null ? null : new JsonWebKeySet(SecretReference.Read(oidc.Jwks)).GetSigningKeys();
        services.AddAuthentication().AddJwtBearer(OidcAuthenticator.Scheme, jwt =>
        {
            jwt.MapInboundClaims = false;
            jwt.RequireHttpsMetadata = oidc.Issuer.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
            if (keys is null)
            {
                jwt.Authority = oidc.Issuer;
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
        });
    }
}

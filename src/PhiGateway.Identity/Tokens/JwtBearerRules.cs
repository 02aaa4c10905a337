using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using PhiGateway.Identity.Issuers;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// Sets one JwtBearer scheme to the rules of one issuer: RFC 9068 section 4 with everything pinned that a token could otherwise choose.
/// </summary>
internal static class JwtBearerRules
{
    private static readonly object TokenItem = new();
    private static readonly object ValidatedItem = new();

    /// <summary>Hands the token that was read from the request to the scheme, so that it does not read the request a second time.</summary>
    public static void Present(HttpContext context, string token) => context.Items[TokenItem] = token;

    /// <summary>Security: whether the scheme checked this very token for this very request; handlers remember their last result.</summary>
    public static bool WasValidated(HttpContext context, string token) =>
        context.Items.TryGetValue(ValidatedItem, out var validated) && ReferenceEquals(validated, token);

    /// <summary>
    /// Which check the scheme refused a token by, for the record only: whoever connects an issuer looks for its audience first. Null: none
    /// that has a name.
    /// </summary>
    /// <param name="failure">What it failed with; null: it did not look at this token.</param>
    public static string? FlawOf(Exception? failure) =>
        failure switch
        {
            SecurityTokenInvalidAudienceException => "token:aud",
            SecurityTokenInvalidLifetimeException or SecurityTokenNoExpirationException => "token:exp",
            SecurityTokenInvalidSignatureException => "token:signature",
            _ => null,
        };

    /// <summary>Whether a token failed by its signature.</summary>
    /// <param name="failure">What it failed with; null: it did not look at this token.</param>
    public static bool IsOfSignature(Exception? failure) => failure is SecurityTokenInvalidSignatureException;

    public static void Apply(JwtBearerOptions options, TrustedIssuer issuer)
    {
        options.MapInboundClaims = false;
        options.SaveToken = false;
        options.IncludeErrorDetails = false;
        options.RefreshOnIssuerKeyNotFound = false;
        options.Events = new JwtBearerEvents
        {
            OnMessageReceived = static received =>
            {
                received.Token = received.HttpContext.Items[TokenItem] as string;
                if (received.Token is null)
                {
                    received.NoResult();
                }

                return Task.CompletedTask;
            },
            OnTokenValidated = static validated =>
            {
                validated.HttpContext.Items[ValidatedItem] = validated.HttpContext.Items[TokenItem];
                return Task.CompletedTask;
            },
        };

        options.TokenValidationParameters = new TokenValidationParameters
        {
            ValidIssuer = issuer.Options.Issuer,
            ValidateIssuer = true,
            ValidAudience = issuer.Options.Audience,
            ValidateAudience = true,
            RequireAudience = true,
            IgnoreTrailingSlashWhenValidatingAudience = false,
            ValidAlgorithms = [.. issuer.Options.Algorithms],
            TypeValidator = (type, _, _) => issuer.AcceptsType(type) ? type : throw new SecurityTokenInvalidTypeException(),
            RequireSignedTokens = true,
            ValidateIssuerSigningKey = true,
            TryAllIssuerSigningKeys = false,
            IssuerSigningKeyResolver = (_, token, keyId, _) => FindKey(issuer, token, keyId),
            RequireExpirationTime = true,
            ValidateLifetime = true,
            // The library judges times even when the signature failed, and would tell a forger that the token has expired: TokenClaims does
            // it afterwards.
            LifetimeValidator = static (_, expires, _, _) => expires is not null,
            ValidateTokenReplay = false,
        };
    }

    private static SecurityKey[] FindKey(TrustedIssuer issuer, SecurityToken token, string keyId)
    {
        if (token is not JsonWebToken jwt || issuer.FindAlgorithm(jwt.Alg) is not { } algorithm)
        {
            return [];
        }

        var key = issuer.Keys.Current?.Find(string.IsNullOrEmpty(keyId) ? null : keyId, algorithm);
        return key is null ? [] : [key.SecurityKey];
    }
}

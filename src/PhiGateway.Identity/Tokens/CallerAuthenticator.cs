using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using PhiGateway.Identity.Common;
using PhiGateway.Identity.Issuers;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// Validates the credential of a request and returns its caller or a refusal: the cache first, then the issuer's JwtBearer scheme, then
/// what RFC 9068 and the issuer's rules ask besides. Called by the Identify stage.
/// </summary>
internal sealed class CallerAuthenticator(
    IssuerDirectory directory,
    ValidatedTokenCache cache,
    Func<string?, ScopeSet> readScope,
    TimeProvider time,
    int longestHeader = AuthorizationHeader.DefaultLength
) : ICallerAuthenticator
{
    /// <summary>Longest time a validation is relied on.</summary>
    public static readonly TimeSpan MaximumCacheTime = TimeSpan.FromMinutes(5);

    public ValueTask<CallerResult> AuthenticateAsync(HttpContext context)
    {
        var header = AuthorizationHeader.Read(context.Request.Headers.Authorization, longestHeader);
        if (header.Refusal is { } refusal)
        {
            return new ValueTask<CallerResult>(CallerResult.Refused(refusal));
        }

        return cache.TryGet(header.Token, time.GetUtcNow().UtcTicks, out var known)
            ? new ValueTask<CallerResult>(Bind(known, context))
            : new ValueTask<CallerResult>(ValidateAsync(context, header.TokenText));
    }

    public IReadOnlyList<IssuerStatus> GetStatus() => [.. directory.Issuers.Select(issuer => issuer.Keys.Status)];

    public async Task<IssuerStatus?> PurgeKeysAsync(string issuer)
    {
        foreach (var known in directory.Issuers)
        {
            if (known.Options.Name == issuer)
            {
                await known.Keys.PurgeAsync();
                return known.Keys.Status;
            }
        }

        return null;
    }

    private async Task<CallerResult> ValidateAsync(HttpContext context, string token)
    {
        // 1. Read it, unverified, in the one way it can be read.
        if (!TokenText.TryRead(token, out var text))
        {
            return CallerResult.Refused(DenyReason.InvalidToken);
        }

        using (text)
        {
            // 2. Who is said to have issued it? Rules and keys of that issuer only.
            if (directory.Find(text.Issuer) is not { } issuer)
            {
                return CallerResult.Refused(DenyReason.UnknownIssuer);
            }

            var claimed = ClaimedClient(text, issuer);
            if (issuer.FindAlgorithm(text.Algorithm) is not { } algorithm || !issuer.AcceptsType(text.Type))
            {
                return CallerResult.Refused(DenyReason.InvalidToken, claimed);
            }

            // 3. The key it names; one we have not seen may be new.
            var keys = issuer.Keys.Current;
            var signedBy = keys?.Find(text.KeyId, algorithm);
            if (signedBy is null)
            {
                keys = await issuer.Keys.RefreshAsync(force: false);
                signedBy = keys?.Find(text.KeyId, algorithm);
            }

            if (keys is null)
            {
                return CallerResult.Refused(DenyReason.IssuerUnavailable, claimed);
            }

            if (signedBy is null)
            {
                return CallerResult.Refused(DenyReason.InvalidToken, claimed);
            }

            // 4. Signature, issuer, audience, type.
            JwtBearerRules.Present(context, token);
            var checkedToken = await context.AuthenticateAsync(issuer.Scheme);
            if (!checkedToken.Succeeded || !JwtBearerRules.WasValidated(context, token))
            {
                return CallerResult.Refused(DenyReason.InvalidToken, claimed);
            }

            // 5. What the signature covers: times, binding, client, purpose.
            var now = time.GetUtcNow();
            var claims = new TokenClaims(text.Claims, issuer.Options);
            if (claims.Read(now, TokenHashes.Of(token, algorithm.Name), readScope, out var caller) is { } reason)
            {
                return CallerResult.Refused(reason, claimed);
            }

            // 6. Remember that it is valid, not what it may do.
            var expires = caller!.ExpiresAt + issuer.Options.ClockSkew;
            var validUntil = expires < now + MaximumCacheTime ? expires : now + MaximumCacheTime;
            var valid = new CachedToken(token, caller, issuer, signedBy, keys, claims.Certificate, validUntil.UtcTicks);
            cache.Add(valid);
            return Bind(valid, context);
        }
    }

    // RFC 8705 section 3: equality with the peer's certificate is the proof, on each call anew.
    private static CallerResult Bind(CachedToken token, HttpContext context)
    {
        if (token.Certificate is null)
        {
            return CallerResult.Of(token.Caller);
        }

        Span<byte> presented = stackalloc byte[32];
        var proven =
            context.Connection.ClientCertificate is { } certificate
            && certificate.TryGetCertHash(HashAlgorithmName.SHA256, presented, out _)
            && CryptographicOperations.FixedTimeEquals(presented, token.Certificate);
        return proven ? CallerResult.Of(token.Caller) : CallerResult.Refused(DenyReason.BindingFailed, token.Caller.ClientId);
    }

    private static string? ClaimedClient(TokenText text, TrustedIssuer issuer) =>
        ClaimPath.TryFind(text.Claims, issuer.Options.Claims.ClientId, out var value)
        && ClaimText.TryRead(value, out var client)
        && client!.Length is > 0 and <= 256
            ? client
            : null;
}

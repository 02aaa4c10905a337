using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using PhiGateway.Identity.Common;
using PhiGateway.Identity.Issuers;
using PhiGateway.Identity.Proofs;
using PhiGateway.Identity.Workloads;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// Validates the credential of a request and returns its caller or a refusal: the cache first, then the issuer's JwtBearer scheme, then
/// what RFC 9068 and the issuer's rules ask besides. Called by the Identify stage.
/// </summary>
internal sealed class CallerAuthenticator(
    IssuerDirectory directory,
    ValidatedTokenCache cache,
    IReadOnlyList<(TrustedIssuer Issuer, Introspector Introspector)> opaque,
    ITokenBinding[] bindings,
    Func<string?, ScopeSet> readScope,
    TimeProvider time,
    ApiKeyReader keys,
    int longestHeader = AuthorizationHeader.DefaultLength,
    SvidReader? workloads = null,
    JwtSvidReader? workloadTokens = null,
    FalseTokens? falseTokens = null
) : ICallerAuthenticator
{
    /// <summary>Longest time a validation is relied on.</summary>
    public static readonly TimeSpan MaximumCacheTime = TimeSpan.FromMinutes(5);

    private readonly FalseTokens _falseTokens = falseTokens ?? new FalseTokens(FalseTokens.DefaultPerSecond, time);

    public ValueTask<CallerResult> AuthenticateAsync(HttpContext context, string? publicOrigin = null)
    {
        var header = AuthorizationHeader.Read(context.Request.Headers.Authorization, longestHeader);
        if (header.Refusal is { } refusal)
        {
            return new ValueTask<CallerResult>(
                keys.ReadBasic(context.Request.Headers.Authorization) ?? OfWorkload(context) ?? CallerResult.Refused(refusal)
            );
        }

        if (ApiKeyReader.IsKey(header.Token))
        {
            return new ValueTask<CallerResult>(keys.Read(header.Token, header.IsDpop));
        }

        return cache.TryGet(header.Token, time.GetUtcNow().UtcTicks, out var known)
            ? BindAsync(known, context, header.IsDpop, publicOrigin)
            : ValidateAndBindAsync(context, header.TokenText, header.IsDpop, publicOrigin);
    }

    public async ValueTask<Caller?> RecogniseAsync(HttpContext context)
    {
        var header = AuthorizationHeader.Read(context.Request.Headers.Authorization, longestHeader);
        if (header.Refusal is not null)
        {
            return (keys.ReadBasic(context.Request.Headers.Authorization) ?? OfWorkload(context))?.Caller;
        }

        if (ApiKeyReader.IsKey(header.Token))
        {
            return keys.Read(header.Token, header.IsDpop).Caller;
        }

        var isDpop = header.IsDpop;
        var found = cache.TryGet(header.Token, time.GetUtcNow().UtcTicks, out var known)
            ? new Validated(known, default)
            : await ValidateAsync(context, header.TokenText);
        if (found.Token is not { } token)
        {
            return isDpop ? null : found.Result.Caller;
        }

        var binding = BindingOf(token);
        if (isDpop != IsOfSchemeDpop(binding))
        {
            return null;
        }

        // What counts once is not used up for this; the scheme and the certificate can be compared as often as one likes.
        return binding is null or { CountsOnce: true } ? token.Caller : (await binding.CheckAsync(token, context, null)).Caller;
    }

    public IReadOnlyList<IssuerStatus> GetStatus() => [.. directory.Issuers.Select(issuer => issuer.Keys.Status)];

    public IReadOnlyList<HeldKeySet> Held =>
        [.. directory.Issuers.Select(static issuer => issuer.Keys.Show(issuer.Options.Name, "token-issuer"))];

    // Tokens of keys that the issuer has withdrawn are refused from here on, also those that were validated before.
    public async Task<bool> PurgeAsync(string name)
    {
        if (directory.Issuers.FirstOrDefault(known => known.Options.Name == name) is not { } issuer)
        {
            return false;
        }

        await issuer.Keys.PurgeAsync();
        return true;
    }

    // Only where nothing at all stands in the header: whoever sends something there is held to it. A browser shows its certificate for
    // whatever page asks it to (Origin); no workload is one.
    private CallerResult? OfWorkload(HttpContext context) =>
        workloads is not null && context.Request.Headers is { Authorization.Count: 0, Origin.Count: 0 }
            ? new CallerResult(workloads.Read(context.Connection.ClientCertificate))
            : null;

    private async ValueTask<CallerResult> ValidateAndBindAsync(HttpContext context, string token, bool isDpop, string? publicOrigin)
    {
        var found = await ValidateAsync(context, token);
        if (found.Token is { } valid)
        {
            return await BindAsync(valid, context, isDpop, publicOrigin);
        }

        // A workload's token is bound to nothing, so it does not come as one that is.
        return isDpop && found.Result.Caller is { } bearer
            ? CallerResult.Refused(DenyReason.BindingFailed, bearer.ClientId, "dpop:scheme")
            : found.Result;
    }

    private async ValueTask<Validated> ValidateAsync(HttpContext context, string token)
    {
        // 1. Read it, unverified, in the one way it can be read.
        if (!TokenText.TryRead(token, out var text))
        {
            return await IntrospectAsync(token, context.Connection.RemoteIpAddress);
        }

        using (text)
        {
            // 2. Who is said to have issued it? Rules and keys of that issuer only.
            if (directory.Find(text.Issuer) is not { } issuer)
            {
                return workloadTokens is not null && JwtSvidReader.IsOne(text)
                    ? new Validated(null, new CallerResult(ReadWorkload(context, token, text)))
                    : Refused(DenyReason.UnknownIssuer, null, FindAlmost(text.Issuer));
            }

            var claimed = ClaimedClient(text, issuer);
            if (issuer.FindAlgorithm(text.Algorithm) is not { } algorithm)
            {
                return Refused(DenyReason.InvalidToken, claimed, "token:alg");
            }

            if (!issuer.AcceptsType(text.Type))
            {
                return Refused(DenyReason.InvalidToken, claimed, "token:typ");
            }

            // 3. The key it names; one we have not seen may be new.
            var keys = issuer.Keys.Current;
            var signedBy = keys?.Find(text.KeyId, algorithm);
            if (signedBy is null)
            {
                keys = await issuer.Keys.RefreshAsync(force: false, forUnknown: true);
                signedBy = keys?.Find(text.KeyId, algorithm);
            }

            if (keys is null)
            {
                return Refused(DenyReason.IssuerUnavailable, claimed);
            }

            if (signedBy is null)
            {
                return Refused(DenyReason.InvalidToken, claimed, "token:kid");
            }

            // 4. Signature, issuer, audience, type.
            var peer = context.Connection.RemoteIpAddress;
            if (!_falseTokens.HasRoom(peer, issuer.Options.Name, claimed))
            {
                return Refused(DenyReason.IssuerUnavailable, claimed, FalseTokens.Budget);
            }

            JwtBearerRules.Present(context, token);
            var checkedToken = await context.AuthenticateAsync(issuer.Scheme);
            var now = time.GetUtcNow();
            var claims = new TokenClaims(text.Claims, issuer.Options);
            if (!checkedToken.Succeeded || !JwtBearerRules.WasValidated(context, token))
            {
                // The scheme stops at a claim that it cannot read, and does not say at which.
                if (JwtBearerRules.IsOfSignature(checkedToken.Failure))
                {
                    _falseTokens.NoteFalse(peer, issuer.Options.Name, claimed);
                }

                var flaw = JwtBearerRules.FlawOf(checkedToken.Failure) ?? claims.FindFlaw(now, readScope);
                return Refused(DenyReason.InvalidToken, claimed, flaw ?? "token:rules");
            }

            // 5. What the signature covers: times, binding, client, purpose.
            if (claims.Read(now, TokenHashes.Of(token, algorithm.Name), readScope, out var caller) is { } reason)
            {
                return Refused(reason, claimed, claims.Flaw);
            }

            // 6. Remember that it is valid, not what it may do.
            var expires = caller!.ExpiresAt + issuer.Options.ClockSkew;
            var validUntil = expires < now + MaximumCacheTime ? expires : now + MaximumCacheTime;
            var key = claims.Key is null ? null : new BoundKey(claims.Key, HashOf(token));
            var valid = new CachedToken(token, caller, issuer, signedBy, keys, claims.Certificate, key, validUntil.UtcTicks);
            cache.Add(valid);
            _falseTokens.NoteGood(peer, issuer.Options.Name, caller.ClientId);
            return new Validated(valid, default);
        }
    }

    // A workload's token is verified in the same room as others; one that is known needs none.
    private Reading<Caller> ReadWorkload(HttpContext context, string token, TokenText text)
    {
        if (workloadTokens!.IsKnown(token))
        {
            return workloadTokens.Read(token, text);
        }

        var peer = context.Connection.RemoteIpAddress;
        _ = CompactText.TryMember(text.Claims, "sub", out var claimed);
        if (!_falseTokens.HasRoom(peer, CredentialIdentity.Spiffe, claimed))
        {
            return Reading<Caller>.Refused(DenyReason.IssuerUnavailable, FalseTokens.Budget);
        }

        var reading = workloadTokens.Read(token, text);
        if (reading.TryGet(out var caller, out _))
        {
            _falseTokens.NoteGood(peer, CredentialIdentity.Spiffe, caller.ClientId);
        }
        else if (reading.Detail == JwtSvidReader.NotSigned)
        {
            _falseTokens.NoteFalse(peer, CredentialIdentity.Spiffe, claimed);
        }

        return reading;
    }

    // For the record: the name of the issuer that is probably meant. Some write their names with a slash at the end, and some do not.
    private string? FindAlmost(string? issuer) =>
        directory.Issuers.FirstOrDefault(known => IsAlmost(known.Options.Issuer, issuer)) is { } meant
            ? "token:iss-almost:" + meant.Options.Name
            : null;

    private static bool IsAlmost(string known, string? said) =>
        said is not null && known.TrimEnd('/').Equals(said.TrimEnd('/'), StringComparison.OrdinalIgnoreCase);

    // What is no JWT may be an opaque token of the one issuer that such tokens are shown to.
    private async ValueTask<Validated> IntrospectAsync(string token, IPAddress? peer)
    {
        // Security: a JWT that cannot be read in one way is no opaque token for that. Its issuer may read it all the same, and what is
        // revoked by its hash would come back in another spelling.
        if (opaque.Count > 0 && CompactText.IsSigned(token))
        {
            return Refused(DenyReason.InvalidToken, null, "token:form");
        }

        foreach (var (issuer, introspector) in opaque)
        {
            if (!introspector.Takes(token))
            {
                continue;
            }

            var purges = issuer.Keys.Purges;
            var answer = await introspector.AskAsync(token, peer);
            if (answer.Claims is not { } document)
            {
                return answer.IsUnavailable
                    ? Refused(DenyReason.IssuerUnavailable, null, answer.Budget)
                    : Refused(DenyReason.InvalidToken, null, "token:introspection");
            }

            using (document)
            {
                var now = time.GetUtcNow();
                var claims = new TokenClaims(document.RootElement, issuer.Options, isAnswer: true);
                var hash = TokenKey.Of(token).ToString();
                if (claims.Read(now, new TokenHashes(hash, [hash]), readScope, out var caller) is { } reason)
                {
                    introspector.NoteUseless(token);
                    return Refused(reason, null, claims.Flaw);
                }

                var reliedOn = now + issuer.Options.Introspection!.CacheTime;
                var validUntil = caller!.ExpiresAt < reliedOn ? caller.ExpiresAt : reliedOn;
                var key = claims.Key is null ? null : new BoundKey(claims.Key, HashOf(token));
                var valid = new CachedToken(token, caller, issuer, null, null, claims.Certificate, key, validUntil.UtcTicks, purges);
                if (validUntil > now)
                {
                    cache.Add(valid);
                }

                return new Validated(valid, default);
            }
        }

        return Refused(DenyReason.InvalidToken, null, "token:form");
    }

    private static Validated Refused(DenyReason reason, string? claimed = null, string? detail = null) =>
        new(null, CallerResult.Refused(reason, claimed, detail));

    private ValueTask<CallerResult> BindAsync(CachedToken token, HttpContext context, bool isDpop, string? publicOrigin)
    {
        var binding = BindingOf(token);
        // RFC 9449 section 7.1: a token that is bound to a key comes with its scheme and its proof, and any other token without.
        if (isDpop != IsOfSchemeDpop(binding))
        {
            return new(CallerResult.Refused(DenyReason.BindingFailed, token.Caller.ClientId, "dpop:scheme"));
        }

        return binding is null ? new(CallerResult.Of(token.Caller)) : binding.CheckAsync(token, context, publicOrigin);
    }

    // A token is bound in one way or in none: who reads its claims refuses what says two.
    private ITokenBinding? BindingOf(CachedToken token)
    {
        foreach (var binding in bindings)
        {
            if (binding.Binds(token))
            {
                return binding;
            }
        }

        return null;
    }

    private static bool IsOfSchemeDpop(ITokenBinding? binding) => binding is { IsOfSchemeDpop: true };

    // RFC 9449 section 4.2, ath.
    private static string HashOf(string token) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(token)));

    private static string? ClaimedClient(TokenText text, TrustedIssuer issuer) =>
        ClaimPath.TryFind(text.Claims, issuer.Options.Claims.ClientId, out var value)
        && ClaimText.TryRead(value, out var client)
        && client!.Length is > 0 and <= 256
            ? client
            : null;

    /// <summary>A token that is valid, whoever holds it; or the refusal, or the caller of one that nothing is bound to.</summary>
    private readonly record struct Validated(CachedToken? Token, CallerResult Result);
}

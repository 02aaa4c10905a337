using System.Collections.Concurrent;
using System.Text.Json;
using PhiGateway.Identity.Common;
using PhiGateway.Identity.Issuers;
using PhiGateway.Identity.Workloads;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// Recognises a workload by the token that its own trust domain signed for it (JWT-SVID), where the operator lets such tokens in; asked by
/// the authenticator for tokens of no issuer.
/// </summary>
/// <remarks>
/// Thread-safe. Security: it is a bearer token. It is for this gateway alone, lives for minutes, and is of the very workload that the registry
/// has; what that may do is what was approved for it. A claim that would bind it or speak of somebody else refuses it, since nobody here
/// checks one. Valid tokens are remembered for minutes at most, and not beyond their end or a change of the bundle.
/// </remarks>
/// <param name="domains">Trust domains.</param>
/// <param name="environment">The gateway's own, which stands in the place of the issuer's.</param>
/// <param name="scopes">Everything: such a token has no scopes.</param>
/// <param name="time">The clock.</param>
internal sealed class JwtSvidReader(TrustDomains domains, string environment, ScopeSet scopes, TimeProvider time)
{
    /// <summary>The algorithms that are taken where nothing else is said.</summary>
    public static readonly IReadOnlyList<string> DefaultAlgorithms = ["ES256", "ES384", "RS256", "PS256"];

    /// <summary>What is said of a token that the key which it names did not sign.</summary>
    public const string NotSigned = "jwt-svid:signature";

    private const int MostBytes = 16 * 1024;
    private const int MostKept = 4096;

    private static readonly TimeSpan LongestKept = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    private readonly KeySignature _signature = new(MostBytes);
    private readonly ConcurrentDictionary<TokenKey, Known> _known = new();

    /// <summary>Whether a token that no issuer is known for says that it is one of a workload.</summary>
    public static bool IsOne(TokenText text) =>
        CompactText.TryMember(text.Claims, "sub", out var subject)
        && subject is not null
        && subject.StartsWith("spiffe:", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a token was verified before, and need not be again.</summary>
    public bool IsKnown(string token) => FindKnown(TokenKey.Of(token), time.GetUtcNow()) is not null;

    /// <summary>The workload that a token proves.</summary>
    /// <param name="token">The token.</param>
    /// <param name="text">The same, taken apart.</param>
    public Reading<Caller> Read(string token, TokenText text)
    {
        var now = time.GetUtcNow();
        var mark = TokenKey.Of(token);
        if (FindKnown(mark, now) is { } known)
        {
            return Reading<Caller>.Of(known.Caller);
        }

        // JWT-SVID section 3: one subject, which is a workload of a domain that is let in by tokens.
        if (!CompactText.TryMember(text.Claims, "sub", out var id) || !SpiffeId.TryRead(id, out var name))
        {
            return Refused("jwt-svid:sub");
        }

        if (!domains.TryFind(name, out var domain) || domain.Options.JwtAudience is not { } audience)
        {
            return Refused("jwt-svid:trust-domain");
        }

        if (FlawOf(text, audience) is { } flaw)
        {
            return Refused(flaw);
        }

        if (TimesOf(text.Claims, domain.Options.JwtLifetime, now, out var issued, out var expires) is { } late)
        {
            return Reading<Caller>.Refused(late, "jwt-svid:times");
        }

        var pinned = domain.Options.JwtAlgorithms ?? DefaultAlgorithms;
        if (text.Algorithm is null || !pinned.Contains(text.Algorithm, StringComparer.Ordinal))
        {
            return Refused("jwt-svid:alg");
        }

        var algorithm = SignatureAlgorithm.Find(text.Algorithm)!;
        if (domain.File.Current is not { Keys: { } keys } bundle || keys.Find(text.KeyId, algorithm) is not { } key)
        {
            return Refused("jwt-svid:key");
        }

        if (!_signature.IsOf(token, key, algorithm))
        {
            return Refused(NotSigned);
        }

        var hashes = TokenHashes.Of(token, text.Algorithm);
        _ = CompactText.TryMember(text.Claims, "jti", out var tokenId);
        var caller = new Caller
        {
            Issuer = CredentialIdentity.Spiffe,
            IssuerEnvironment = environment,
            ClientId = id!,
            Scopes = scopes,
            PurposeFromRegistry = true,
            IssuedAt = issued,
            ExpiresAt = expires,
            TokenId = tokenId,
            TokenHash = hashes.SigningInput,
            TokenTextHashes = hashes.Texts,
        };
        if (_known.Count >= MostKept)
        {
            _known.Clear();
        }

        _known[mark] = new Known(caller, domain, bundle, expires < now + LongestKept ? expires : now + LongestKept);
        return Reading<Caller>.Of(caller);
    }

    private Known? FindKnown(TokenKey mark, DateTimeOffset now) =>
        _known.TryGetValue(mark, out var known) && now < known.Until && ReferenceEquals(known.Domain.File.Current, known.Bundle)
            ? known
            : null;

    private static string? FlawOf(TokenText text, string audience)
    {
        // JWT-SVID section 2.3: absent, or one of two.
        if (text.Type is not (null or "JWT" or "JOSE"))
        {
            return "jwt-svid:typ";
        }

        if (string.IsNullOrEmpty(text.KeyId))
        {
            return "jwt-svid:kid";
        }

        // A token that is good elsewhere too could be sent on from there.
        if (!AudienceClaim.IsOnly(text.Claims, [audience]))
        {
            return "jwt-svid:aud";
        }

        // Bound to what nobody here checks, or of somebody else besides.
        if (text.Claims.TryGetProperty("cnf", out _) || text.Claims.TryGetProperty("act", out _))
        {
            return "jwt-svid:claims";
        }

        return CompactText.TryMember(text.Claims, "jti", out var tokenId) && tokenId is not { Length: 0 or > 256 } ? null : "jwt-svid:jti";
    }

    private static DenyReason? TimesOf(
        JsonElement claims,
        TimeSpan longest,
        DateTimeOffset now,
        out DateTimeOffset issued,
        out DateTimeOffset expires
    )
    {
        issued = default;
        if (!NumericDate.TryRead(claims, "exp", out expires))
        {
            return DenyReason.InvalidToken;
        }

        if (expires <= now)
        {
            return DenyReason.ExpiredToken;
        }

        // It need not say when it was issued: then it counts as old as it may be, so that what was revoked before covers it.
        issued = expires - longest;
        if (claims.TryGetProperty("iat", out _) && !NumericDate.TryRead(claims, "iat", out issued))
        {
            return DenyReason.InvalidToken;
        }

        if (issued > now + Skew || issued >= expires)
        {
            return DenyReason.InvalidToken;
        }

        if (claims.TryGetProperty("nbf", out _) && (!NumericDate.TryRead(claims, "nbf", out var from) || from > now + Skew))
        {
            return DenyReason.InvalidToken;
        }

        return expires - issued > longest || expires > now + longest + Skew ? DenyReason.TokenLifetimeTooLong : null;
    }

    private static Reading<Caller> Refused(string detail) => Reading<Caller>.Refused(DenyReason.InvalidToken, detail);

    private sealed record Known(Caller Caller, TrustDomain Domain, TrustBundle Bundle, DateTimeOffset Until);
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using PhiGateway.Identity.Common;
using PhiGateway.Identity.Issuers;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Identity.Assertions;

/// <summary>
/// Checks the assertions by which a provider of persons lets a client come for somebody (Identity Assertion JWT Authorization Grant,
/// draft-ietf-oauth-identity-assertion-authz-grant section 4), each good once over all nodes. Asked by the token service.
/// </summary>
/// <remarks>
/// Thread-safe. Nothing outside is asked before everything that can be checked without it was found right, and before the registry said that
/// the client may come for persons of this provider.
/// </remarks>
public sealed class IdentityAssertions : IHeldKeys, IDisposable
{
    /// <summary>Longest time that an assertion may live, and the difference of clocks beside it.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(5);

    private const int MaximumLength = 8 * 1024;
    private const string Type = "oauth-id-jag+jwt";

    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    // What would bind it, speak of somebody else or grant in another way: nobody here reads these.
    private static readonly string[] NotRead = ["cnf", "act", "may_act", "authorization_details"];

    private readonly ISingleUses _uses;
    private readonly TimeProvider _time;
    private readonly KeySignature _signature = new(MaximumLength);
    private readonly Dictionary<string, Provider> _providers;

    /// <param name="providers">Already validated.</param>
    /// <param name="uses">What was used once, over all nodes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For keys that cannot be read.</param>
    /// <param name="connect">Opens the connections to providers, by the host's own rules; null: as the runtime does.</param>
    public IdentityAssertions(
        IReadOnlyList<IdentityProviderOptions> providers,
        ISingleUses uses,
        TimeProvider time,
        ILogger<IdentityAssertions> logger,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect = null
    )
    {
        (_uses, _time) = (uses, time);
        _providers = providers.ToDictionary(
            static one => one.Issuer,
            one =>
            {
                IKeySetReader reader = one.Jwks is { } place
                    ? new StaticKeySetReader(place)
                    : new DiscoveryKeySetReader(one.Issuer, connect);
                return new Provider(one, reader as IDisposable, new IssuerKeySource("identity/" + one.Name, reader, time, logger));
            },
            StringComparer.Ordinal
        );
    }

    /// <inheritdoc/>
    public IReadOnlyList<HeldKeySet> Held =>
        [.. _providers.Values.Select(static one => one.Keys.Show(one.Options.Name, "identity-provider"))];

    /// <inheritdoc/>
    public async Task<bool> PurgeAsync(string name)
    {
        if (_providers.Values.FirstOrDefault(one => one.Options.Name == name) is not { } provider)
        {
            return false;
        }

        await provider.Keys.PurgeAsync();
        return true;
    }

    /// <summary>
    /// Checks an assertion for an authenticated client. Its one use is not taken: that is <see cref="UseAsync"/>'s, when all else is right.
    /// </summary>
    /// <param name="assertion">As it was sent.</param>
    /// <param name="clientId">Who sent it.</param>
    /// <param name="audience">What <c>aud</c> must say, alone: the token service's issuer.</param>
    /// <param name="resource">What <c>resource</c> may say.</param>
    /// <param name="isAccepted">Whether the client may come for persons of a provider, by its name.</param>
    /// <param name="cancellationToken">Gives up waiting for keys.</param>
    public async Task<IdentityCheck> CheckAsync(
        string? assertion,
        string clientId,
        string audience,
        string resource,
        Func<string, bool> isAccepted,
        CancellationToken cancellationToken
    )
    {
        if (assertion is not { Length: > 0 and <= MaximumLength } || !TokenText.TryRead(assertion, out var text))
        {
            return new IdentityCheck(null, "id-jag:form");
        }

        using (text)
        {
            if (!TrustedIssuer.IsOfType(text.Type, Type))
            {
                return new IdentityCheck(null, "id-jag:typ");
            }

            if (text.Issuer is not { } issuer || !_providers.TryGetValue(issuer, out var provider))
            {
                return new IdentityCheck(null, "id-jag:iss");
            }

            if (!isAccepted(provider.Options.Name))
            {
                return new IdentityCheck(null, "id-jag:provider");
            }

            if (text.Algorithm is null || !provider.Options.Algorithms.Contains(text.Algorithm, StringComparer.Ordinal))
            {
                return new IdentityCheck(null, "id-jag:alg");
            }

            var flaw = FirstFalse(text, clientId, audience, resource, _time.GetUtcNow(), out var until, out var read);
            if (read is null)
            {
                return new IdentityCheck(null, flaw);
            }

            var person = read with { Provider = provider.Options.Name };
            return person.TokenSubject.Length > TokenClaims.MaximumTextLength
                ? new IdentityCheck(null, IdentityCheck.SubjectTooLong)
                : await VerifyAsync(assertion, text, provider, person, until, cancellationToken);
        }
    }

    /// <summary>
    /// Takes the one use of an assertion that was found good; called last, so that a client that is refused for something else (RFC 9449
    /// section 8: a nonce it could not know) may send the same again.
    /// </summary>
    /// <param name="identity">What the check came to.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<IdentityCheck> UseAsync(ClaimedIdentity identity, CancellationToken cancellationToken)
    {
        try
        {
            return await _uses.TryUseAsync(identity.Use, identity.Until, cancellationToken)
                ? new IdentityCheck(identity, null)
                : new IdentityCheck(null, "id-jag:replayed");
        }
#pragma warning disable CA1031 // Whatever is wrong with the database: what it cannot remember is not taken.
        catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
        {
            return new IdentityCheck(null, "id-jag:not-remembered", IsUnavailable: true);
        }
    }

    public void Dispose()
    {
        foreach (var provider in _providers.Values)
        {
            provider.Owned?.Dispose();
        }
    }

    private async Task<IdentityCheck> VerifyAsync(
        string assertion,
        TokenText text,
        Provider provider,
        ClaimedIdentity read,
        DateTimeOffset until,
        CancellationToken cancellationToken
    )
    {
        var algorithm = SignatureAlgorithm.Find(text.Algorithm)!;
        var now = _time.GetUtcNow();
        var keys = provider.Keys.Current;
        var isOld = keys is null || now - provider.AskedAt > Fresh;
        if (isOld || keys?.Find(text.KeyId, algorithm) is null)
        {
            keys = await provider.Keys.RefreshAsync(force: false, forUnknown: !isOld).WaitAsync(cancellationToken);
            provider.AskedAt = now;
        }

        if (keys is null)
        {
            return new IdentityCheck(null, "id-jag:keys-unavailable", IsUnavailable: true);
        }

        if (keys.Find(text.KeyId, algorithm) is not { } key || !_signature.IsOf(assertion, key, algorithm))
        {
            return new IdentityCheck(null, "id-jag:signature");
        }

        _ = CompactText.TryMember(text.Claims, "jti", out var id);
        var mark = SHA256.HashData(Encoding.UTF8.GetBytes(provider.Options.Issuer + "\0" + id));
        return new IdentityCheck(read with { Use = "id-jag:" + Convert.ToHexStringLower(mark), Until = until + Skew }, null);
    }

    private static string? FirstFalse(
        TokenText text,
        string clientId,
        string audience,
        string resource,
        DateTimeOffset now,
        out DateTimeOffset until,
        out ClaimedIdentity? read
    )
    {
        read = null;
        var claims = text.Claims;
        if (!NumericDate.TryRead(claims, "exp", out until) || until <= now || until > now + LongestLife + Skew)
        {
            return "id-jag:exp";
        }

        if (!NumericDate.TryRead(claims, "iat", out var issued) || issued > now + Skew || issued >= until || until - issued > LongestLife)
        {
            return "id-jag:iat";
        }

        if (string.IsNullOrEmpty(text.KeyId))
        {
            return "id-jag:kid";
        }

        if (!AudienceClaim.IsOnly(claims, [audience]))
        {
            return "id-jag:aud";
        }

        if (!CompactText.TryMember(claims, "client_id", out var client) || client != clientId)
        {
            return "id-jag:client_id";
        }

        // PROVIDER|SUBJECT is how persons are named: a client that is named alike could be taken for one.
        if (clientId.Contains('|', StringComparison.Ordinal))
        {
            return "id-jag:client_id";
        }

        // A person: whoever is named as the client is would be taken for the client.
        if (!TryText(claims, "sub", out var subject) || subject is null || subject == clientId)
        {
            return "id-jag:sub";
        }

        if (!TryText(claims, "jti", out var id) || id is null)
        {
            return "id-jag:jti";
        }

        if (claims.TryGetProperty("resource", out _) && !IsOnlyResource(claims, resource))
        {
            return "id-jag:resource";
        }

        if (Array.Exists(NotRead, name => claims.TryGetProperty(name, out _)))
        {
            return "id-jag:claims";
        }

        if (!CompactText.TryMember(claims, "scope", out var scope) || !TryText(claims, "acr", out var acr))
        {
            return "id-jag:claims";
        }

        DateTimeOffset? signedIn = null;
        if (claims.TryGetProperty("auth_time", out _))
        {
            if (!NumericDate.TryRead(claims, "auth_time", out var moment) || moment > now + Skew)
            {
                return "id-jag:auth_time";
            }

            signedIn = moment;
        }

        read = new ClaimedIdentity(string.Empty, subject, scope, signedIn, acr) { IssuedAt = issued };
        return null;
    }

    private static bool IsOnlyResource(JsonElement claims, string wanted)
    {
        var resource = claims.GetProperty("resource");
        if (resource.ValueKind == JsonValueKind.Array && resource.GetArrayLength() == 1)
        {
            resource = resource[0];
        }

        return ClaimText.TryRead(resource, out var text) && text == wanted;
    }

    // True with null: it is not there.
    private static bool TryText(JsonElement claims, string name, out string? text) =>
        CompactText.TryMember(claims, name, out text) && (text is null || (text.Length is > 0 and <= 256 && !text.Any(char.IsControl)));

    private sealed class Provider(IdentityProviderOptions options, IDisposable? owned, IssuerKeySource keys)
    {
        public IdentityProviderOptions Options { get; } = options;

        public IDisposable? Owned { get; } = owned;

        public IssuerKeySource Keys { get; } = keys;

        public DateTimeOffset AskedAt { get; set; }
    }
}

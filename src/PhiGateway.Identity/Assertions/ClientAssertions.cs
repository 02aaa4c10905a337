using System.Buffers.Text;
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
/// Checks the assertions with which clients authenticate at the token service: <c>private_key_jwt</c> by RFC 7523 section 3 and SMART
/// Backend Services, each good once over all nodes.
/// </summary>
/// <remarks>
/// Thread-safe. Nothing outside is asked before everything that can be checked without it was found right.
/// </remarks>
public sealed class ClientAssertions : IHeldKeys, IDisposable
{
    /// <summary>Longest time that an assertion may have left (SMART: five minutes), and the difference of clocks beside it.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(5);

    // A certificate and the two above it (UDAP) are some 9 KB.
    private const int MaximumLength = 16 * 1024;
    private const int MaximumPurposes = 8;
    private const string Unreadable = "?";
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    // SMART requires the first two of servers; the others are FAPI 2.0's.
    private static readonly string[] Algorithms = ["RS384", "ES384", "ES256", "PS256", "PS384"];

    private const string Udap = "RS256";

    // Of RFC 7519 and SMART, and the one that the update of RFC 7523 (draft-ietf-oauth-rfc7523bis) gives such assertions alone.
    private static readonly string[] Types = ["JWT", "client-authentication+jwt"];

    private readonly ISingleUses _uses;
    private readonly TimeProvider _time;
    private readonly ClientKeySources _sources;
    private readonly KeySignature _signature = new(MaximumLength);

    /// <param name="uses">What was used once, over all nodes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For keys that cannot be read.</param>
    /// <param name="connect">Opens the connections to clients' keys, by the host's own rules; null: as the runtime does.</param>
    public ClientAssertions(
        ISingleUses uses,
        TimeProvider time,
        ILogger<ClientAssertions> logger,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect = null
    )
    {
        _uses = uses;
        _time = time;
        _sources = new ClientKeySources(time, logger, connect);
    }

    /// <inheritdoc/>
    public IReadOnlyList<HeldKeySet> Held => [_sources.Show()];

    /// <inheritdoc/>
    public Task<bool> PurgeAsync(string name) => Task.FromResult(_sources.TryForget(name));

    /// <summary>The names of the algorithms, for metadata.</summary>
    public static IReadOnlyList<string> SigningAlgorithms => Algorithms;

    /// <summary>The same for UDAP's.</summary>
    public static IReadOnlyList<string> UdapSigningAlgorithms { get; } = [Udap, .. Algorithms];

    /// <summary>Whether an assertion could be verified with a key: a public one of a sort and size that are taken.</summary>
    public static bool CanVerifyWith(PublicJwk key) => JwksReader.ReadOne(key) is not null;

    /// <summary>Reads an assertion, unverified; null: it cannot be read, or does not say in one way whom it is of.</summary>
    /// <param name="assertion">As it was sent.</param>
    public static UnverifiedAssertion? Read(string? assertion)
    {
        if (assertion is not { Length: > 0 and <= MaximumLength } || !TokenText.TryRead(assertion, out var text))
        {
            return null;
        }

        if (ClientOf(text) is { } client)
        {
            return new UnverifiedAssertion(client, assertion, text);
        }

        text.Dispose();
        return null;
    }

    /// <summary>Checks an assertion of a client whose keys are known, and takes its one use.</summary>
    /// <param name="assertion">As it was read.</param>
    /// <param name="keys">The client's keys.</param>
    /// <param name="audiences">What <c>aud</c> may say: the token endpoint, the issuer.</param>
    /// <param name="cancellationToken">Gives up waiting for keys.</param>
    /// <param name="hasRoom">Whether the client has room, asked once its signature holds and before anything is written; null: it has.</param>
    public async Task<AssertionCheck> CheckAsync(
        UnverifiedAssertion assertion,
        RegisteredKeys keys,
        IReadOnlyList<string> audiences,
        CancellationToken cancellationToken,
        Func<bool>? hasRoom = null
    )
    {
        var (client, text) = (assertion.Client, assertion.Text);
        var now = _time.GetUtcNow();
        if (FirstFalse(text, audiences, now, out var id, out var until) is { } flaw)
        {
            return new AssertionCheck(null, flaw);
        }

        var header = text.Header;
        // UDAP's own algorithm (FAST Security): for who names a key by its certificate, as UDAP has it, and for nobody else.
        var isOfUdap = text.Algorithm == Udap && header.TryGetProperty("x5c", out _);
        if (text.Algorithm is null || !(isOfUdap || Array.IndexOf(Algorithms, text.Algorithm) >= 0))
        {
            return new AssertionCheck(null, "assertion:alg");
        }

        var algorithm = SignatureAlgorithm.Find(text.Algorithm)!;
        if (header.TryGetProperty("jku", out var jku) && !(ClaimText.TryRead(jku, out var address) && keys.Addresses.Contains(address)))
        {
            return new AssertionCheck(null, "assertion:jku");
        }

        // SMART wants a kid, RFC 7523 does not, and UDAP names a key by its certificate: without one nobody guesses among several.
        if (string.IsNullOrEmpty(text.KeyId) && !header.TryGetProperty("x5c", out _) && !HasOnlyOne(keys, algorithm))
        {
            return new AssertionCheck(null, "assertion:kid");
        }

        var signedBy = await FindAsync(assertion.Compact, text.KeyId, algorithm, keys, cancellationToken);
        if (signedBy.Key is null)
        {
            var why = signedBy.IsUnavailable ? "assertion:keys-unavailable" : AssertionCheck.NotSigned;
            return new AssertionCheck(null, why, signedBy.IsUnavailable) { IsFalse = signedBy.IsFalse };
        }

        if (hasRoom is not null && !hasRoom())
        {
            return new AssertionCheck(null, AssertionCheck.NoRoom);
        }

        try
        {
            // The client is part of the mark: ids of two clients may be the same.
            var mark = SHA256.HashData(Encoding.UTF8.GetBytes(client + "\0" + id));
            return await _uses.TryUseAsync("assertion:" + Convert.ToHexStringLower(mark), until + Skew, cancellationToken)
                ? new AssertionCheck(new ClaimedAssertion(client, PurposesOf(text.Claims), signedBy.Key.Thumbprint), null)
                : new AssertionCheck(null, AssertionCheck.Replayed);
        }
#pragma warning disable CA1031 // Whatever is wrong with the database: what it cannot remember is not taken.
        catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
        {
            return new AssertionCheck(null, "assertion:not-remembered", IsUnavailable: true);
        }
    }

    public void Dispose() => _sources.Dispose();

    private static string? ClientOf(TokenText text) =>
        CompactText.TryMember(text.Claims, "sub", out var subject)
        && subject is { Length: > 0 and <= 256 }
        && subject == text.Issuer
        && !subject.AsSpan().ContainsAnyInRange('\0', '\u001f')
            ? subject
            : null;

    private static string? FirstFalse(
        TokenText text,
        IReadOnlyList<string> audiences,
        DateTimeOffset now,
        out string id,
        out DateTimeOffset until
    )
    {
        (id, until) = (string.Empty, default);
        if (text.Type is { } type && !Array.Exists(Types, one => TrustedIssuer.IsOfType(type, one)))
        {
            return "assertion:typ";
        }

        if (!AudienceClaim.IsOnly(text.Claims, audiences))
        {
            return "assertion:aud";
        }

        if (!NumericDate.TryRead(text.Claims, "exp", out var expires) || expires <= now || expires > now + LongestLife + Skew)
        {
            return "assertion:exp";
        }

        if (!IsPast(text.Claims, "iat", now) || !IsPast(text.Claims, "nbf", now))
        {
            return "assertion:iat";
        }

        if (!CompactText.TryMember(text.Claims, "jti", out var jti) || jti is not { Length: > 0 and <= 256 })
        {
            return "assertion:jti";
        }

        (id, until) = (jti, expires);
        return null;
    }

    // An address counts as one: what stands there is looked at only then.
    private static bool HasOnlyOne(RegisteredKeys keys, SignatureAlgorithm algorithm) =>
        keys.Addresses.Count + keys.Values.Count(jwk => JwksReader.ReadOne(jwk) is { } key && key.Fits(algorithm)) == 1;

    private async Task<(IssuerKey? Key, bool IsUnavailable, bool IsFalse)> FindAsync(
        string assertion,
        string? keyId,
        SignatureAlgorithm algorithm,
        RegisteredKeys keys,
        CancellationToken cancellationToken
    )
    {
        // 1. Keys by value. One without a name answers to any.
        var isFalse = false;
        foreach (var jwk in keys.Values)
        {
            if (jwk.Kid is not null && !string.IsNullOrEmpty(keyId) && jwk.Kid != keyId)
            {
                continue;
            }

            if (JwksReader.ReadOne(jwk) is not { } key || !key.Fits(algorithm))
            {
                continue;
            }

            if (_signature.IsOf(assertion, key, algorithm))
            {
                return (key, false, false);
            }

            isFalse = true;
        }

        // 2. Keys by address: the one that the assertion names, or the only one that there is. Security: a certificate in it says nothing
        // that is not registered, and is not read.
        var unavailable = false;
        var named = string.IsNullOrEmpty(keyId) ? null : keyId;
        if (named is null && keys.Addresses.Count > 1)
        {
            return (null, unavailable, isFalse);
        }

        foreach (var address in keys.Addresses)
        {
            var set = await _sources.FindAsync(address, named, algorithm, cancellationToken);
            unavailable |= set is null;
            if (set?.Find(named, algorithm) is not { } key)
            {
                continue;
            }

            if (_signature.IsOf(assertion, key, algorithm))
            {
                return (key, false, false);
            }

            isFalse = true;
        }

        return (null, unavailable, isFalse);
    }

    private static bool IsPast(JsonElement claims, string name, DateTimeOffset now) =>
        !claims.TryGetProperty(name, out _) || (NumericDate.TryRead(claims, name, out var moment) && moment <= now + Skew);

    // UDAP's extension for business partners. What is not in its form is kept as a purpose that nobody knows, so that it is refused where
    // purposes are judged: whoever asserts something that cannot be read does not assert nothing.
    private static List<string> PurposesOf(JsonElement claims)
    {
        if (!claims.TryGetProperty("extensions", out var extensions))
        {
            return [];
        }

        if (extensions.ValueKind == JsonValueKind.Object && !extensions.TryGetProperty("hl7-b2b", out _))
        {
            return [];
        }

        if (
            extensions.ValueKind != JsonValueKind.Object
            || extensions.GetProperty("hl7-b2b") is not { ValueKind: JsonValueKind.Object } partner
            || !CompactText.TryMember(partner, "version", out var version)
            || version is not (null or "1")
            || !partner.TryGetProperty("purpose_of_use", out var value)
        )
        {
            return [Unreadable];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            return [ClaimText.TryRead(value, out var one) ? one! : Unreadable];
        }

        var purposes = value
            .EnumerateArray()
            .Take(MaximumPurposes + 1)
            .Select(static item => ClaimText.TryRead(item, out var text) ? text! : Unreadable)
            .ToList();
        return purposes.Count == 0 ? [Unreadable] : purposes;
    }
}

using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using PhiGateway.Identity.Common;
using PhiGateway.Identity.Issuers;
using PhiGateway.Identity.Tokens;

namespace PhiGateway.Identity.Signals;

/// <summary>
/// Validates the security event tokens (RFC 8417) of one transmitter by SSF 1.0 and its interoperability profile: one event, an explicit
/// type, one of our audiences, no expiry, a signature by the transmitter's own key. Asked for each token that was pushed or fetched.
/// </summary>
/// <remarks>Thread-safe. Nothing outside is asked before everything that can be checked without it was found right.</remarks>
public sealed class SecurityEventReader : IHeldKeys, IDisposable
{
    /// <summary>Longest token that is read.</summary>
    public const int MostCharacters = 32 * 1024;

    /// <summary>What is told, for the record, of one that was not verified: too many false ones came from there.</summary>
    public const string NoRoom = "false-signatures";

    private const string Request = "invalid_request";
    private const string Key = "invalid_key";
    private const string ProfileAlgorithm = "RS256";
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);

    private readonly TransmitterOptions _options;
    private readonly TimeProvider _time;
    private readonly IssuerKeySource _keys;
    private readonly IDisposable? _owned;
    private readonly KeySignature _signature = new(MostCharacters);
    private readonly FalseTokens _falseTokens;
    private long _askedAt = long.MinValue;

    /// <param name="options">The transmitter, already validated.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For keys that cannot be read.</param>
    /// <param name="connect">Opens the connections to it, by the host's own rules; null: as the runtime does.</param>
    public SecurityEventReader(
        TransmitterOptions options,
        TimeProvider time,
        ILogger logger,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect = null
    )
    {
        (_options, _time) = (options, time);
        _falseTokens = new FalseTokens(options.FalseSignaturesPerSecondPerPeer, time);
        IKeySetReader reader = options.Jwks is { } place
            ? new StaticKeySetReader(place)
            : new DiscoveryKeySetReader(options.Issuer, connect, WellKnownOf(options.Issuer));
        _owned = reader as IDisposable;
        _keys = new IssuerKeySource("signals/" + options.Name, reader, time, logger);
    }

    /// <inheritdoc/>
    public IReadOnlyList<HeldKeySet> Held => [_keys.Show(_options.Name, "transmitter")];

    /// <inheritdoc/>
    public async Task<bool> PurgeAsync(string name)
    {
        if (name != _options.Name)
        {
            return false;
        }

        await _keys.PurgeAsync();
        return true;
    }

    /// <summary>Reads one token.</summary>
    /// <param name="token">As it was sent.</param>
    /// <param name="cancellationToken">Gives up waiting for keys.</param>
    /// <param name="peer">Who pushed it, of whom few false ones are verified; null: it was fetched.</param>
    public async Task<SecurityEventCheck> ReadAsync(string token, CancellationToken cancellationToken, IPAddress? peer = null)
    {
        if (token.Length > MostCharacters || !TokenText.TryRead(token, out var text))
        {
            return new SecurityEventCheck(null, Request, "form");
        }

        using (text)
        {
            var id = CompactText.TryMember(text.Claims, "jti", out var read) && read is { Length: > 0 and <= 256 } ? read : null;
            if (FirstFalse(text, id) is { } flaw)
            {
                return new SecurityEventCheck(null, flaw.Error, flaw.Detail, id);
            }

            var known = TryRead(text.Claims, id!, out var found, out var detail);
            if (!known || found is null)
            {
                return new SecurityEventCheck(null, Request, detail, id);
            }

            return await VerifyAsync(token, text, found, peer, cancellationToken);
        }
    }

    public void Dispose() => _owned?.Dispose();

    // SSF 1.0 section 7.2.1: between the authority and the path.
    private static Uri WellKnownOf(string issuer)
    {
        var uri = new Uri(issuer);
        return new Uri($"{uri.GetLeftPart(UriPartial.Authority)}/.well-known/ssf-configuration{uri.AbsolutePath.TrimEnd('/')}");
    }

    private async Task<SecurityEventCheck> VerifyAsync(
        string token,
        TokenText text,
        SecurityEvent found,
        IPAddress? peer,
        CancellationToken cancellationToken
    )
    {
        var algorithm = SignatureAlgorithm.Find(text.Algorithm)!;
        var keys = _keys.Current;
        var (arrived, now) = (_time.GetUtcNow(), _time.GetTimestamp());
        var asked = Interlocked.Read(ref _askedAt);
        var isOld = asked == long.MinValue || _time.GetElapsedTime(asked, now) > Fresh;
        if (isOld || keys?.Find(text.KeyId, algorithm) is null)
        {
            Interlocked.Exchange(ref _askedAt, now);
            // Where there is no secret for pushes anybody invents keys: for those nobody is asked as often.
            keys = await _keys.RefreshAsync(force: false, forUnknown: !isOld).WaitAsync(cancellationToken);
        }

        if (keys is null)
        {
            return new SecurityEventCheck(null, null, "keys-unavailable", found.Id);
        }

        if (keys.Find(text.KeyId, algorithm) is not { } key)
        {
            // A transmitter does not send again what it was told is signed by no key of its own: only keys that were fetched since say so.
            if (!_keys.WereFetchedSince(arrived))
            {
                return new SecurityEventCheck(null, null, "kid-not-asked", found.Id);
            }

            return new SecurityEventCheck(null, Key, "kid", found.Id);
        }

        return peer is null ? Verify(token, found, key, algorithm) : VerifyPushed(token, found, key, algorithm, peer);
    }

    private SecurityEventCheck VerifyPushed(string token, SecurityEvent found, IssuerKey key, SignatureAlgorithm algorithm, IPAddress peer)
    {
        // Not refused for good: nobody has said that it is false.
        if (!_falseTokens.HasRoom(peer, _options.Name, _options.Issuer))
        {
            return new SecurityEventCheck(null, null, NoRoom, found.Id);
        }

        var check = Verify(token, found, key, algorithm);
        if (check.Event is null)
        {
            _falseTokens.NoteFalse(peer, _options.Name, _options.Issuer);
        }
        else
        {
            _falseTokens.NoteGood(peer, _options.Name, _options.Issuer);
        }

        return check;
    }

    private SecurityEventCheck Verify(string token, SecurityEvent found, IssuerKey key, SignatureAlgorithm algorithm) =>
        _signature.IsOf(token, key, algorithm)
            ? new SecurityEventCheck(found, null, null, found.Id)
            : new SecurityEventCheck(null, Key, "signature", found.Id);

    private (string Error, string Detail)? FirstFalse(TokenText text, string? id)
    {
        // RFC 8417 section 2.3: so that no token of another sort passes for a signal.
        if (!TrustedIssuer.IsOfType(text.Type, "secevent+jwt"))
        {
            return (Request, "typ");
        }

        if (!Accepts(text.Algorithm))
        {
            return (Key, "alg");
        }

        if (text.Issuer != _options.Issuer)
        {
            return ("invalid_issuer", "iss");
        }

        if (!AudienceClaim.Contains(text.Claims, _options.Audience))
        {
            return ("invalid_audience", "aud");
        }

        // SSF 1.0 section 4.1: what happened does not expire, and is about whom sub_id says.
        if (text.Claims.TryGetProperty("exp", out _) || text.Claims.TryGetProperty("sub", out _))
        {
            return (Request, "exp-or-sub");
        }

        return id is null ? (Request, "jti") : null;
    }

    private bool Accepts(string? algorithm) =>
        algorithm is not null
        && (
            _options.Algorithms.Count == 0 ? algorithm == ProfileAlgorithm : _options.Algorithms.Contains(algorithm, StringComparer.Ordinal)
        );

    private bool TryRead(JsonElement claims, string id, out SecurityEvent? found, out string detail)
    {
        found = null;
        detail = "iat";
        var now = _time.GetUtcNow();
        if (
            !claims.TryGetProperty("iat", out var iat)
            || !TryTime(iat, out var issued)
            || issued > now + Skew
            || issued < now - _options.MaxAge
        )
        {
            return false;
        }

        detail = "events";
        if (!claims.TryGetProperty("events", out var events) || events.ValueKind != JsonValueKind.Object || events.GetPropertyCount() != 1)
        {
            return false;
        }

        var only = events.EnumerateObject().First();
        if (only.Value.ValueKind != JsonValueKind.Object || only.Name.Length is 0 or > 256)
        {
            return false;
        }

        detail = "subject";
        if (!claims.TryGetProperty("sub_id", out var about) || ReadSubject(about) is not { } subject)
        {
            return false;
        }

        detail = "event_timestamp";
        var happened = issued;
        if (only.Value.TryGetProperty("event_timestamp", out var stamp) && !TryTime(stamp, out happened))
        {
            return false;
        }

        found = new SecurityEvent(id, issued, only.Name, only.Value.Clone(), subject, happened > now ? now : happened);
        return true;
    }

    // A subject that is more than one thing at once means less than each of them: it is not widened, it is refused.
    private static EventSubject? ReadSubject(JsonElement about)
    {
        if (about.ValueKind != JsonValueKind.Object || TextOf(about, "format") is not { } format)
        {
            return null;
        }

        if (format == "complex")
        {
            return about.GetPropertyCount() == 2 && about.TryGetProperty("user", out var user) && TextOf(user, "format") != "complex"
                ? ReadSubject(user)
                : null;
        }

        return format switch
        {
            "email" when TextOf(about, "email") is { } address => new EventSubject(format, null, address),
            "opaque" when TextOf(about, "id") is { } opaque => new EventSubject(format, null, opaque),
            "iss_sub" when TextOf(about, "iss") is { } issuer && TextOf(about, "sub") is { } subject => new EventSubject(
                format,
                issuer,
                subject
            ),
            _ => null,
        };
    }

    private static string? TextOf(JsonElement holder, string name) =>
        holder.ValueKind == JsonValueKind.Object
        && CompactText.TryMember(holder, name, out var text)
        && text is { Length: > 0 and <= 256 }
        && !text.AsSpan().ContainsAnyInRange('\0', '\u001f')
            ? text
            : null;

    // Seconds by the text of CAEP 1.0, milliseconds by its examples: no second of this millennium is that large.
    private static bool TryTime(JsonElement value, out DateTimeOffset moment)
    {
        moment = default;
        if (
            value.ValueKind != JsonValueKind.Number
            || !value.TryGetDouble(out var number)
            || !(number >= 0 && number < 253_402_214_400_000)
        )
        {
            return false;
        }

        moment =
            number > 100_000_000_000
                ? DateTimeOffset.FromUnixTimeMilliseconds((long)number)
                : DateTimeOffset.FromUnixTimeSeconds((long)number);
        return true;
    }
}

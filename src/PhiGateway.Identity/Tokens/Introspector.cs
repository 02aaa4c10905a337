using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using PhiGateway.Identity.Common;
using PhiGateway.Identity.Issuers;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// Asks one issuer about its opaque tokens (RFC 7662, with signed answers RFC 9701); called by <see cref="CallerAuthenticator"/> for tokens
/// that are not in its cache.
/// </summary>
/// <remarks>
/// Thread-safe. What strangers can make it do is bounded: so many questions at once, of one peer a share of them, none twice within a few
/// seconds about a token that the issuer does not know, no redirects, small answers, little time. A question is never asked again by itself.
/// </remarks>
internal sealed class Introspector : IDisposable
{
    private const int MaximumBytes = 64 * 1024;
    private const string SignedType = "application/token-introspection+jwt";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    // How old a signed answer may be beside the difference of clocks: it is asked for anew each time.
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private readonly IntrospectionOptions _options;
    private readonly TrustedIssuer _issuer;
    private readonly RecentTokens _refused;
    private readonly RecentTokens _active;
    private readonly HttpClient _client;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private long _saidAt;
    private readonly IntrospectionRoom _room;
    private readonly KeySignature _signature = new(MaximumBytes);

    public Introspector(
        IntrospectionOptions options,
        TrustedIssuer issuer,
        TimeProvider time,
        ILogger logger,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect
    )
    {
        _options = options;
        _issuer = issuer;
        _refused = new RecentTokens(time, RecentTokens.Refused);
        _active = new RecentTokens(time, RecentTokens.Active);
        _room = new IntrospectionRoom(options, time);
        _time = time;
        _logger = logger;
        _client = PinnedClient.Create(Timeout, Timeout, MaximumBytes, connect);
    }

    /// <summary>Whether a token can be this issuer's.</summary>
    public bool Takes(string token) => _options.Prefix is null || token.StartsWith(_options.Prefix, StringComparison.Ordinal);

    /// <summary>Asks about a token.</summary>
    /// <param name="token">Its text.</param>
    /// <param name="peer">Who shows it; null: nobody knows.</param>
    public async Task<Introspection> AskAsync(string token, IPAddress? peer)
    {
        var mark = MarkOf(token);
        if (_refused.Contains(mark))
        {
            return Introspection.Inactive;
        }

        using var place = await _room.EnterAsync(peer, _active.Contains(mark));
        if (place is null)
        {
            return Introspection.NoRoom;
        }

        try
        {
            var answer = await SendAsync(token);
            if (answer is { Claims: null, IsUnavailable: false })
            {
                _refused.Add(mark);
                _room.NoteUnknown(peer);
            }
            else if (answer.Claims is not null)
            {
                _active.Add(mark);
            }

            return answer;
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or OperationCanceledException)
        {
            return Unavailable("it cannot be reached, or does not answer in time");
        }
    }

    /// <summary>
    /// Takes note that what the issuer said of a token is of no use here: whoever shows it again and again does not make the gateway ask each
    /// time, in the room of all others.
    /// </summary>
    public void NoteUseless(string token) => _refused.Add(MarkOf(token));

    public void Dispose()
    {
        _client.Dispose();
        _room.Dispose();
    }

    private static byte[] MarkOf(string token) => SHA256.HashData(Encoding.ASCII.GetBytes(token));

    private async Task<Introspection> SendAsync(string token)
    {
        // Read each time: a secret that was rotated is in force without a restart.
        if (!SecretReference.TryResolve(_options.ClientSecret, out var secret, out var problem))
        {
            return Unavailable(problem);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, _options.Endpoint);
        request.Content = new FormUrlEncodedContent([new("token", token), new("token_type_hint", "access_token")]);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(_options.Signed ? SignedType : "application/json"));
        // RFC 6749 section 2.3.1: both are encoded before they are joined.
        var basic = $"{Uri.EscapeDataString(_options.ClientId)}:{Uri.EscapeDataString(secret)}";
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(basic)));
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseContentRead);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return Unavailable($"it answered {(int)response.StatusCode}");
        }

        var isSigned = string.Equals(response.Content.Headers.ContentType?.MediaType, SignedType, StringComparison.OrdinalIgnoreCase);
        if (isSigned != _options.Signed)
        {
            return Unavailable(isSigned ? "its answer is signed, and need not be" : "its answer is not signed");
        }

        // A JWT has no letters but ASCII's, whatever character set is said.
        var body = await response.Content.ReadAsByteArrayAsync();
        return isSigned ? await ReadSignedAsync(Encoding.ASCII.GetString(body)) : Read(body);
    }

    private Introspection Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            return Judge(OneWayJson.Parse(json, Strict));
        }
        catch (JsonException)
        {
            return Unavailable("its answer is not JSON, or says something twice");
        }
    }

    // RFC 9701 section 5: the issuer's signature, its own name, us as audience; a type of its own, so that no token can pass for an answer.
    private async Task<Introspection> ReadSignedAsync(string answer)
    {
        if (!TokenText.TryRead(answer, out var text))
        {
            return Unavailable("its answer is not a JWT");
        }

        using (text)
        {
            if (
                !TrustedIssuer.IsOfType(text.Type, "token-introspection+jwt")
                || text.Issuer != _issuer.Options.Issuer
                || _issuer.FindAlgorithm(text.Algorithm) is not { } algorithm
                || !IsForUs(text.Claims)
                || !IsOfNow(text.Claims)
                || !text.Claims.TryGetProperty("token_introspection", out var inner)
                || inner.ValueKind != JsonValueKind.Object
            )
            {
                return Unavailable("its signed answer is not one about a token, of this issuer, for this gateway, of now");
            }

            var keys = _issuer.Keys.Current;
            var key = keys?.Find(text.KeyId, algorithm);
            if (key is null)
            {
                keys = await _issuer.Keys.RefreshAsync(force: false);
                key = keys?.Find(text.KeyId, algorithm);
            }

            if (key is null || !_signature.IsOf(answer, key, algorithm))
            {
                return Unavailable("the signature of its answer is not its own");
            }

            return Read(Encoding.UTF8.GetBytes(inner.GetRawText()));
        }
    }

    // Once a minute: what strangers can cause must not fill the log.
    private Introspection Unavailable(string problem)
    {
        var now = _time.GetUtcNow().UtcTicks;
        var said = Interlocked.Read(ref _saidAt);
        if (now - said >= TimeSpan.TicksPerMinute && Interlocked.CompareExchange(ref _saidAt, now, said) == said)
        {
            IdentityLog.NotIntrospected(_logger, _issuer.Options.Name, problem);
        }

        return Introspection.Unavailable;
    }

    // RFC 9701 section 5 demands iat: whoever stands in between could show an answer of before, when the token was not revoked yet.
    private bool IsOfNow(JsonElement claims) =>
        NumericDate.TryRead(claims, "iat", out var moment) && (_time.GetUtcNow() - moment).Duration() <= Fresh + _issuer.Options.ClockSkew;

    private bool IsForUs(JsonElement claims) => AudienceClaim.Contains(claims, _options.ClientId);

    // Active, of this issuer, for us; whatever is not plainly so is not.
    private Introspection Judge(JsonDocument document)
    {
        var claims = document.RootElement;
        var isActive =
            claims.ValueKind == JsonValueKind.Object
            && claims.TryGetProperty("active", out var active)
            && active.ValueKind == JsonValueKind.True
            && CompactText.TryMember(claims, "iss", out var issuer)
            && (issuer is null || issuer == _issuer.Options.Issuer)
            && AudienceClaim.Contains(claims, _issuer.Options.Audience);
        if (isActive)
        {
            return new Introspection(document, false);
        }

        document.Dispose();
        return Introspection.Inactive;
    }
}

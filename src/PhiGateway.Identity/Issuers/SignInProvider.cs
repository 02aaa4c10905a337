using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using PhiGateway.Identity.Common;

namespace PhiGateway.Identity.Issuers;

/// <summary>
/// The identity provider of the control plane's people: its endpoints and keys, for the handlers that sign people in and check their tokens.
/// Its keys are read as strictly as those of token issuers, seen and purged as they are, and none that it has withdrawn goes on as the last
/// known good one.
/// </summary>
/// <remarks>Thread-safe. Nothing is fetched before somebody signs in or shows a token.</remarks>
public sealed class SignInProvider : BaseConfigurationManager, IConfigurationManager<OpenIdConnectConfiguration>, IHeldKeys, IDisposable
{
    /// <summary>The name by which administrators know it.</summary>
    public const string Known = "sign-in";

    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    private readonly string _issuer;
    private readonly string _use;
    private readonly TimeProvider _time;
    private readonly DiscoveryKeySetReader? _discovery;
    private readonly IssuerKeySource _keys;
    private readonly Lock _gate = new();
    private long _askedAt;
    private Made? _made;

    /// <param name="issuer">Exact <c>iss</c>.</param>
    /// <param name="keys">Where the operator keeps its keys, by reference; null: OpenID Connect Discovery at the issuer.</param>
    /// <param name="use">What is checked with them, as administrators see it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For keys that cannot be read.</param>
    /// <param name="connect">Opens the connections, by the host's own rules; null: as the runtime does.</param>
    public SignInProvider(
        string issuer,
        string? keys,
        string use,
        TimeProvider time,
        ILogger<SignInProvider> logger,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect
    )
    {
        (_issuer, _use, _time) = (issuer, use, time);
        _discovery = keys is null ? new DiscoveryKeySetReader(issuer, connect) : null;
        _keys = new IssuerKeySource(Known, (IKeySetReader?)_discovery ?? new ReferencedKeySetReader(keys!), time, logger);
        UseLastKnownGoodConfiguration = false;
    }

    /// <inheritdoc/>
    public IReadOnlyList<HeldKeySet> Held => [_keys.Show(Known, _use)];

    /// <summary>What is wrong with a key set that the operator keeps, in words; null: nothing.</summary>
    /// <param name="reference">Where it is.</param>
    public static string? FindFlaw(string reference)
    {
        if (!SecretReference.TryResolve(reference, out var text, out var why))
        {
            return why;
        }

        var reading = JwksReader.Read(Encoding.UTF8.GetBytes(text));
        return reading.Keys is null ? string.Join("; ", reading.Problems) : null;
    }

    /// <inheritdoc/>
    public async Task<bool> PurgeAsync(string name)
    {
        if (name != Known)
        {
            return false;
        }

        await _keys.PurgeAsync();
        return true;
    }

    /// <summary>Its endpoints and keys.</summary>
    /// <exception cref="InvalidOperationException">They cannot be had.</exception>
    public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancel)
    {
        var now = _time.GetUtcNow().UtcTicks;
        var asked = Interlocked.Read(ref _askedAt);
        var keys = _keys.Current;
        if (keys is null || now < asked || now - asked > Fresh.Ticks)
        {
            Interlocked.Exchange(ref _askedAt, now);
            keys = await _keys.RefreshAsync(force: false).WaitAsync(cancel);
        }

        return keys is null
            ? throw new InvalidOperationException("The keys of the identity provider cannot be had: " + _keys.Status.Message)
            : Make(keys, _discovery?.Document);
    }

    /// <inheritdoc/>
    public override async Task<BaseConfiguration> GetBaseConfigurationAsync(CancellationToken cancel) =>
        await GetConfigurationAsync(cancel);

    /// <summary>Asks for its keys anew at the next look, which the least time between two fetches bounds.</summary>
    public override void RequestRefresh() => Interlocked.Exchange(ref _askedAt, 0);

    /// <inheritdoc/>
    public void Dispose() => _discovery?.Dispose();

    private OpenIdConnectConfiguration Make(IssuerKeySet keys, byte[]? document)
    {
        lock (_gate)
        {
            if (_made is { } made && ReferenceEquals(made.Keys, keys) && ReferenceEquals(made.Document, document))
            {
                return made.Configuration;
            }

            var configuration = document is null
                ? new OpenIdConnectConfiguration { Issuer = _issuer }
                : OpenIdConnectConfiguration.Create(Encoding.UTF8.GetString(document));
            if (configuration.Issuer != _issuer || EndpointsOf(configuration).Any(IsBelow))
            {
                throw new InvalidOperationException("The identity provider names another issuer, or an endpoint that is not https.");
            }

            foreach (var key in keys.All)
            {
                configuration.SigningKeys.Add(CopyOf(key));
            }

            _made = new Made(keys, document, configuration);
            return configuration;
        }
    }

    // Security: a secret, a code and a person's browser never go from an https provider to a plain address.
    private bool IsBelow(string? endpoint) =>
        !string.IsNullOrEmpty(endpoint)
        && !(
            Uri.TryCreate(endpoint, UriKind.Absolute, out var uri)
            && (
                uri.Scheme == Uri.UriSchemeHttps
                || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback && _issuer.StartsWith("http:", StringComparison.OrdinalIgnoreCase))
            )
        );

    private static IEnumerable<string?> EndpointsOf(OpenIdConnectConfiguration configuration)
    {
        yield return configuration.AuthorizationEndpoint;
        yield return configuration.TokenEndpoint;
        yield return configuration.PushedAuthorizationRequestEndpoint;
    }

    // Handlers look keys up by kid; what verifies is not pooled, since it is pooled by kid, and a new key may come under an old one.
    private static JsonWebKey CopyOf(IssuerKey key)
    {
        var from = (JsonWebKey)key.SecurityKey;
        return new JsonWebKey
        {
            Kty = from.Kty,
            Crv = from.Crv,
            X = from.X,
            Y = from.Y,
            N = from.N,
            E = from.E,
            Kid = key.KeyId,
            CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false },
        };
    }

    private sealed record Made(IssuerKeySet Keys, byte[]? Document, OpenIdConnectConfiguration Configuration);
}

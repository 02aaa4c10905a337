using PhiGateway.Audit.Records;
using PhiGateway.Identity.Assertions;
using PhiGateway.Identity.Common;

namespace PhiGateway.TokenService.Configuration;

/// <summary>What an operator writes under <c>TokenService</c>: the gateway then issues tokens itself, on a listener of its own.</summary>
public sealed class TokenServiceOptions
{
    /// <summary>Longest life of a token that is issued here.</summary>
    public static readonly TimeSpan LongestLifetime = TokenIssue.LongestLife;

    private const int ShortestSecret = 32;

    /// <summary>The issuer's name in the registry, as credentials give it; default <c>phi-gateway</c>.</summary>
    public string Name { get; set; } = "phi-gateway";

    /// <summary>Where it listens, such as <c>https://0.0.0.0:8444</c>; required.</summary>
    public string Listener { get; set; } = string.Empty;

    /// <summary>
    /// Scheme and authority that clients use, the <c>iss</c> of its tokens, such as <c>https://auth.hospital.example</c>; required.
    /// </summary>
    public string Issuer { get; set; } = string.Empty;

    /// <summary>The <c>aud</c> of its tokens: the FHIR base; required.</summary>
    public string Audience { get; set; } = string.Empty;

    /// <summary>Folder of the signing keys, encrypted; the same for all nodes. With <see cref="Signer"/> only public keys are in it. Required.</summary>
    public string KeyDirectory { get; set; } = string.Empty;

    /// <summary>
    /// Secret that encrypts them, by reference (<c>env:NAME</c>, <c>file:/path</c>), at least 32 characters; required without <see cref="Signer"/>.
    /// </summary>
    public string KeySecret { get; set; } = string.Empty;

    /// <summary>A service that keeps the signing keys and signs with them; null, the default: they are files of <see cref="KeyDirectory"/>.</summary>
    public SignerOptions? Signer { get; set; }

    /// <summary>Life of a token; default and at most 5 minutes.</summary>
    public TimeSpan TokenLifetime { get; set; } = LongestLifetime;

    /// <summary>
    /// Life of a token of a use case whose risk is high, or that lets create, update or delete; default 2 minutes, at most
    /// <see cref="TokenLifetime"/>. Security: for so long a stolen one is worth something.
    /// </summary>
    public TimeSpan HighRiskLifetime { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Age at which a signing key is followed by a new one; default 30 days, 1 hour to 1 year.</summary>
    public TimeSpan RotateAfter { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Refusals that are recorded one by one in a minute, further ones are counted; default 120. It bounds what somebody unknown can make the
    /// journal hold.
    /// </summary>
    public int RefusalsPerMinute { get; set; } = 120;

    /// <summary>Of them of one address (IPv6: one /64); default 30: one peer must not hide the refusals of all others.</summary>
    public int RefusalsPerMinutePerPeer { get; set; } = 30;

    /// <summary>
    /// File of the authorities in PEM whose certificates clients may authenticate with by a name in them (RFC 8705 section 2.1,
    /// <c>tls_client_auth</c>); null, the default: only by certificates that the registry has. Read anew when it changed. Security: whoever
    /// signs under one of these names a client.
    /// </summary>
    public string? ClientAuthorities { get; set; }

    /// <summary>By what FHIR bases sign where tokens are given (UDAP); null, the default: they do not.</summary>
    public UdapOptions? Udap { get; set; }

    /// <summary>Whether strangers may ask to be registered; null, the default: they may not.</summary>
    public RegistrationOptions? Registration { get; set; }

    /// <summary>
    /// Providers of persons whose identity assertions (ID-JAG) are taken for clients that are registered for them; none by default.
    /// </summary>
    public IReadOnlyList<IdentityProviderOptions> IdentityProviders { get; set; } = [];

    /// <summary>
    /// Requests a second of one client, at all endpoints together, as many of them at once as in a second; default 20. A smaller limit of the
    /// client's own counts, down to 5. Each token that is given or given back costs a record, a row and every node's memory for some minutes.
    /// </summary>
    public int RequestsPerSecond { get; set; } = 20;

    /// <summary>Requests of one client that run at once; default 32. A smaller limit of the client's own counts, down to 5.</summary>
    public int Concurrency { get; set; } = 32;

    /// <summary>
    /// Assertions a second of one address (IPv6: one /64) whose signature may be found false, or that were used before; default 2, ten seconds
    /// of it at once. Security: one costs up to a millisecond of a processor, at the word of whoever knows a client's name.
    /// </summary>
    public int FalseSignaturesPerSecondPerPeer { get; set; } = 2;

    /// <summary>
    /// The same of all addresses that show them in one client's name; default 10. Each address where the client has proven itself, and its
    /// registered networks, have as many for themselves.
    /// </summary>
    public int FalseSignaturesPerSecondPerClient { get; set; } = 10;

    /// <summary>Where clients ask for tokens; also the <c>aud</c> of their assertions.</summary>
    public string TokenEndpoint => Issuer + "/token";

    /// <summary>
    /// Whether a text names what tokens are for: of an address without a path with a slash behind it as well (RFC 3986 section 6.2.3).
    /// </summary>
    internal bool IsAudience(string text) => text == Audience || (text.EndsWith('/') && text[..^1] == Audience && IsOrigin(Audience));

    /// <summary>How clients authenticate at its endpoints (RFC 8705): by a name in a certificate only where there are authorities.</summary>
    public IReadOnlyList<string> AuthenticationMethods =>
        ClientAuthorities is null
            ? ["private_key_jwt", "self_signed_tls_client_auth"]
            : ["private_key_jwt", "self_signed_tls_client_auth", "tls_client_auth"];

    /// <summary>Where strangers ask to be registered; null: nowhere.</summary>
    public string? RegistrationEndpoint => Registration is { Enabled: true } ? Issuer + RegistrationOptions.Path : null;

    /// <summary>Reports what is wrong, by member and in words; the listener is judged by whoever opens listeners.</summary>
    public void Validate(Action<string, string> add)
    {
        if (string.IsNullOrWhiteSpace(Name) || Name.Length > 64)
        {
            add("Name", "must be 1 to 64 characters.");
        }

        if (!IsOrigin(Issuer))
        {
            add("Issuer", "is required: an https URL (http on loopback) without a path or trailing slash.");
        }

        if (string.IsNullOrWhiteSpace(Audience))
        {
            add("Audience", "is required: the FHIR base that its tokens are for.");
        }

        if (string.IsNullOrWhiteSpace(KeyDirectory))
        {
            add("KeyDirectory", "is required: signing keys are kept there.");
        }

        if (Signer is { } signer)
        {
            signer.Validate(add);
        }
        else
        {
            ValidateSecret(add);
        }

        IdentityProviderOptions.Validate(IdentityProviders, add);
        Udap?.Validate(add);
        Registration?.Validate(add);
        if (ClientAuthorities is { } file && Identity.Workloads.ClientAuthorities.FindFlaw(file) is { } flaw)
        {
            add("ClientAuthorities", flaw);
        }

        if (TokenLifetime < TimeSpan.FromSeconds(30) || TokenLifetime > LongestLifetime)
        {
            add("TokenLifetime", "must be between 30 seconds and 5 minutes.");
        }

        if (HighRiskLifetime < TimeSpan.FromSeconds(30) || HighRiskLifetime > LongestLifetime)
        {
            add("HighRiskLifetime", "must be between 30 seconds and 5 minutes.");
        }

        if (RefusalsPerMinute is < 1 or > 1_000_000)
        {
            add("RefusalsPerMinute", "must be between 1 and 1,000,000.");
        }

        if (RefusalsPerMinutePerPeer < 1 || RefusalsPerMinutePerPeer > RefusalsPerMinute)
        {
            add("RefusalsPerMinutePerPeer", "must be between 1 and RefusalsPerMinute.");
        }

        if (RequestsPerSecond is < 1 or > 100_000)
        {
            add("RequestsPerSecond", "must be between 1 and 100,000.");
        }

        if (Concurrency is < 1 or > 10_000)
        {
            add("Concurrency", "must be between 1 and 10,000.");
        }

        if (FalseSignaturesPerSecondPerPeer is < 1 or > 100_000)
        {
            add("FalseSignaturesPerSecondPerPeer", "must be between 1 and 100,000.");
        }

        if (FalseSignaturesPerSecondPerClient is < 1 or > 100_000)
        {
            add("FalseSignaturesPerSecondPerClient", "must be between 1 and 100,000.");
        }

        if (RotateAfter < TimeSpan.FromHours(1) || RotateAfter > TimeSpan.FromDays(366))
        {
            add("RotateAfter", "must be between 1 hour and 1 year.");
        }
    }

    private void ValidateSecret(Action<string, string> add)
    {
        if (!SecretReference.TryResolve(KeySecret, out var secret, out var problem))
        {
            add("KeySecret", problem);
        }
        else if (secret.Length < ShortestSecret)
        {
            add("KeySecret", "must resolve to at least 32 characters.");
        }
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
        && uri is { AbsolutePath: "/", Query.Length: 0, Fragment.Length: 0, UserInfo.Length: 0 }
        && !text.EndsWith('/');
}

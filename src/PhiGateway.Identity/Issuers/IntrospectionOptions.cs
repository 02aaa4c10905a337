using PhiGateway.Identity.Common;

namespace PhiGateway.Identity.Issuers;

/// <summary>
/// What an operator writes about an issuer's opaque tokens: where and as whom the gateway asks about them (RFC 7662), and how long it
/// relies on the answer.
/// </summary>
public sealed class IntrospectionOptions
{
    private static readonly TimeSpan LongestCacheTime = TimeSpan.FromMinutes(1);

    /// <summary>Where to ask; https, or http on loopback. Required.</summary>
    public string Endpoint { get; set; } = string.Empty;

    /// <summary>The gateway's own client id there; required.</summary>
    public string ClientId { get; set; } = string.Empty;

    /// <summary>Its secret, by reference (<c>env:NAME</c>, <c>file:/path</c>); required.</summary>
    public string ClientSecret { get; set; } = string.Empty;

    /// <summary>
    /// Whether answers must be signed by the issuer's keys (RFC 9701); default false: then TLS alone says whose they are.
    /// </summary>
    public bool Signed { get; set; }

    /// <summary>
    /// How long an answer is relied on; default 10 seconds, at most a minute, 0: never. Security: what the issuer revokes lives on for as
    /// long; what the registry revokes does not.
    /// </summary>
    public TimeSpan CacheTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// What this issuer's tokens begin with; null: it is the one that is asked about every opaque token. Tokens that begin otherwise are
    /// never shown to it.
    /// </summary>
    public string? Prefix { get; set; }

    /// <summary>
    /// Questions under way at once; default 64. A quarter of them is kept for tokens that were active within the last 15 minutes.
    /// </summary>
    public int AtOnce { get; set; } = 64;

    /// <summary>
    /// Of them of one address about tokens that are new (IPv6: one /64); default 16: further ones wait, at most for a second.
    /// </summary>
    public int AtOncePerPeer { get; set; } = 16;

    /// <summary>
    /// Texts a second of one address that turn out to be no tokens; default 10, ten times as many at once. Beyond it the issuer is not asked
    /// about new texts of that address for a moment.
    /// </summary>
    public int UnknownPerSecondPerPeer { get; set; } = 10;

    /// <summary>Reports what is wrong, in words.</summary>
    internal void Validate(Action<string> report)
    {
        if (
            !Uri.TryCreate(Endpoint, UriKind.Absolute, out var address)
            || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
            || address.UserInfo.Length > 0
            || address.Fragment.Length > 0
        )
        {
            report("Introspection.Endpoint must be an https URL; http is accepted on loopback only.");
        }

        if (string.IsNullOrWhiteSpace(ClientId))
        {
            report("Introspection.ClientId is required.");
        }

        if (!SecretReference.TryResolve(ClientSecret, out _, out var problem))
        {
            report($"Introspection.ClientSecret: {problem}.");
        }

        if (CacheTime < TimeSpan.Zero || CacheTime > LongestCacheTime)
        {
            report("Introspection.CacheTime must be between zero and 1 minute.");
        }

        if (AtOnce is < 4 or > 10_000)
        {
            report("Introspection.AtOnce must be between 4 and 10,000.");
        }

        if (AtOncePerPeer < 1 || AtOncePerPeer > AtOnce)
        {
            report("Introspection.AtOncePerPeer must be between 1 and AtOnce.");
        }

        if (UnknownPerSecondPerPeer is < 1 or > 10_000)
        {
            report("Introspection.UnknownPerSecondPerPeer must be between 1 and 10,000.");
        }

        if (Prefix is { Length: 0 or > 64 })
        {
            report("Introspection.Prefix must be 1 to 64 characters, or left out.");
        }
    }
}

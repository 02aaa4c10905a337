namespace PhiGateway.Identity.Issuers;

/// <summary>One token issuer that the gateway trusts, as an operator wrote it.</summary>
public sealed class IssuerOptions
{
    /// <summary>Name used by credentials in the registry; unique, required.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>Exact <c>iss</c>; required. https, or http on loopback only.</summary>
    public string Issuer { get; set; } = string.Empty;

    /// <summary>Accepted <c>aud</c>; required.</summary>
    public string Audience { get; set; } = string.Empty;

    /// <summary>Accepted signature algorithms, asymmetric only; required.</summary>
    public IReadOnlyList<string> Algorithms { get; set; } = [];

    /// <summary>Environment whose identities it vouches for; required.</summary>
    public string Environment { get; set; } = string.Empty;

    /// <summary>Static key set: a file path or <c>env:NAME</c>; null: OIDC discovery at the issuer.</summary>
    public string? Jwks { get; set; }

    /// <summary>Accepted <c>typ</c>; default <c>at+jwt</c> (RFC 9068). Security: other values also let ID tokens in.</summary>
    public IReadOnlyList<string> Types { get; set; } = ["at+jwt"];

    /// <summary>Longest <c>exp - iat</c>; default 5 minutes.</summary>
    public TimeSpan MaxTokenLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Tolerated clock difference; default 30 seconds, at most 2 minutes.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often the key set is fetched anew; default 1 minute, 5 seconds to 1 hour. Security: a key that the issuer has withdrawn is in
    /// use for as long.
    /// </summary>
    public TimeSpan KeyRefresh { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How opaque tokens of this issuer are asked about (RFC 7662); null: it has none, only JWTs.</summary>
    public IntrospectionOptions? Introspection { get; set; }

    public IssuerClaimOptions Claims { get; set; } = new();
}

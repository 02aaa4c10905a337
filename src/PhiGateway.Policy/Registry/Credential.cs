namespace PhiGateway.Policy.Registry;

/// <summary>Describes how one client proves itself, such as an OAuth client id or a certificate; belongs to exactly one client.</summary>
/// <remarks>
/// Each kind has members of its own and none of the others': see <see cref="CredentialKinds.IsEnforced"/> for those that the gateway checks
/// itself. The rest is inventory: what it says admits nobody and stops nobody.
/// </remarks>
public sealed record Credential : IRegistryEntity
{
    public required string Id { get; init; }

    public required string Client { get; init; }

    public CredentialKind Kind { get; init; } = CredentialKind.OidcClient;

    /// <summary>
    /// Name of the issuer, for <see cref="CredentialKind.OidcClient"/>, <see cref="CredentialKind.ClientSecret"/> and
    /// <see cref="CredentialKind.Jwks"/>; the name of the token service, for <see cref="CredentialKind.ClientKey"/> and
    /// <see cref="CredentialKind.TlsClientAuth"/>; of the provider of persons, for <see cref="CredentialKind.IdentityAssertion"/>.
    /// </summary>
    public string? Issuer { get; init; }

    /// <summary>The issuer's client id, exact, for the same kinds.</summary>
    public string? ClientId { get; init; }

    /// <summary>SHA-256 of the certificate's DER in hex, for <see cref="CredentialKind.Certificate"/>.</summary>
    public string? Thumbprint { get; init; }

    /// <summary>
    /// Where the client publishes its keys, https, for <see cref="CredentialKind.Jwks"/> and <see cref="CredentialKind.ClientKey"/>.
    /// </summary>
    public string? JwksUri { get; init; }

    /// <summary>RFC 7638 thumbprint (SHA-256) of its public key in base64url, for <see cref="CredentialKind.Jwks"/>.</summary>
    public string? JwkThumbprint { get; init; }

    /// <summary>The public key itself, for <see cref="CredentialKind.ClientKey"/>, unless <see cref="JwksUri"/> names where it is.</summary>
    public PublicJwk? Jwk { get; init; }

    /// <summary>SPIFFE id of the workload, for <see cref="CredentialKind.Spiffe"/>.</summary>
    public string? SpiffeId { get; init; }

    /// <summary>
    /// Subject of the client's certificate as RFC 4514 writes it, such as <c>CN=feed,O=Hospital,C=US</c>, for
    /// <see cref="CredentialKind.TlsClientAuth"/> (<c>tls_client_auth_subject_dn</c>); one of the three.
    /// </summary>
    public string? SubjectDn { get; init; }

    /// <summary>A DNS name of that certificate (<c>tls_client_auth_san_dns</c>); one of the three.</summary>
    public string? SanDns { get; init; }

    /// <summary>A URI of that certificate, exact (<c>tls_client_auth_san_uri</c>); one of the three.</summary>
    public string? SanUri { get; init; }

    /// <summary>SHA-256 of the key in lower-case hex, never the key, for <see cref="CredentialKind.ApiKey"/>.</summary>
    public string? KeyHash { get; init; }

    /// <summary>
    /// Of a <see cref="CredentialKind.ApiKey"/>: the user name under which the key comes as the password of HTTP Basic (RFC 7617), and in no other
    /// way; null: it comes as a bearer token only.
    /// </summary>
    public string? BasicUser { get; init; }

    public DateOnly? Created { get; init; }

    /// <summary>Day by which it must have been rotated, UTC; past it plus grace the path closes, for a kind that is enforced.</summary>
    public DateOnly? RotateBy { get; init; }

    /// <summary>First day no longer valid, UTC.</summary>
    public DateOnly? Expires { get; init; }

    /// <summary>When set, a newer credential took over and this one is honoured until then only.</summary>
    public DateTimeOffset? OverlapUntil { get; init; }
}

/// <summary>The kinds of credential; decides which members a credential has.</summary>
public enum CredentialKind : byte
{
    /// <summary>Tokens of an issuer for a client id: how callers are recognised. Enforced.</summary>
    OidcClient,

    /// <summary>
    /// The TLS client certificate of a bound token (RFC 8705). Enforced: a client that has any proves possession with one of these on every
    /// call, or by DPoP where its registration accepts that.
    /// </summary>
    Certificate,

    /// <summary>
    /// The identity of a workload, which comes with a certificate and no token. Enforced, where the node knows its trust domain.
    /// </summary>
    Spiffe,

    /// <summary>
    /// A key of a client that cannot do OAuth. Enforced, where the node takes such keys at all: until it expires, from the client's networks.
    /// </summary>
    ApiKey,

    /// <summary>The secret with which the client gets its tokens from the issuer, which checks it; inventory.</summary>
    ClientSecret,

    /// <summary>The keys with which the client gets its tokens from the issuer (private_key_jwt), which checks them; inventory.</summary>
    Jwks,

    /// <summary>
    /// The key, or the address of the keys, with which the client signs for its tokens at this gateway's own token service
    /// (private_key_jwt). Enforced there.
    /// </summary>
    ClientKey,

    /// <summary>
    /// A name in the certificate with which a client without a key gets its tokens at this gateway's own token service, signed by an authority
    /// that the operator trusts (RFC 8705 section 2.1). Enforced there.
    /// </summary>
    TlsClientAuth,

    /// <summary>
    /// A provider of persons for whom the client may come at this gateway's own token service, with an assertion of that provider (ID-JAG).
    /// Enforced there, beside what the client authenticates with.
    /// </summary>
    IdentityAssertion,
}

using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// The identity that a validated credential proved, before the registry is asked; immutable, so it may be cached with its token.
/// </summary>
public sealed record Caller
{
    /// <summary>Configured name of the issuer that vouched.</summary>
    public required string Issuer { get; init; }

    /// <summary>The environment the issuer serves; must equal the use case's.</summary>
    public required string IssuerEnvironment { get; init; }

    /// <summary>The issuer's client id, exact.</summary>
    public required string ClientId { get; init; }

    /// <summary>The token's subject.</summary>
    public string? Subject { get; init; }

    /// <summary>What the token's scope grants.</summary>
    public required ScopeSet Scopes { get; init; }

    /// <summary>Purposes the token asserts; empty when it asserts none.</summary>
    public IReadOnlyList<PurposeOfUse> Purposes { get; init; } = [];

    /// <summary>The token asserts at least one purpose that HL7 does not know: denied.</summary>
    public bool HasUnknownPurpose { get; init; }

    /// <summary>The issuer is configured to assert no purposes: the use case's single purpose counts as asserted.</summary>
    public bool PurposeFromRegistry { get; init; }

    /// <summary>Launch context; null: none.</summary>
    public PatientId? PatientContext { get; init; }

    /// <summary>Tenant the token names; null: none named.</summary>
    public string? Tenant { get; init; }

    /// <summary>The one task that the token was given for (RFC 9396), to which its calls are confined; null: for none.</summary>
    public string? Task { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the person behind the token signed in (<c>auth_time</c>), UTC; null: it does not say.</summary>
    public DateTimeOffset? AuthenticatedAt { get; init; }

    /// <summary>The class of that sign-in (<c>acr</c>); null: it names none.</summary>
    public string? Acr { get; init; }

    /// <summary>
    /// Whether the token's own claims say that a person is behind it (true) or a service (false); null: they say neither.
    /// </summary>
    public bool? IsPersons { get; init; }

    /// <summary>
    /// Whether a person is known to be behind the token: it names a patient's context, or is about somebody other than its client and says
    /// so by a claim, a <c>user/</c> or <c>patient/</c> scope, or actors between the two.
    /// </summary>
    /// <remarks>
    /// Another subject alone says nothing: many issuers name a service by an id of its own (the account of Keycloak, the object of Entra,
    /// <c>ID@clients</c> of Auth0), and a service has nobody who could sign in anew.
    /// </remarks>
    public bool HasPerson =>
        PatientContext is not null
        || (Subject is { Length: > 0 } subject && subject != ClientId && (IsPersons ?? (Actors.Count > 0 || HasScopesOfPersons)));

    private bool HasScopesOfPersons => Scopes.Scopes.Any(static scope => scope.Level is ScopeLevel.User or ScopeLevel.Patient);

    /// <summary>
    /// When whoever is behind the token authenticated, UTC: a person as the token says, a service when it was given the token, for which it
    /// had to authenticate. Null: of a person's sign-in nothing is said, and the token's issue proves none (RFC 9470 section 5).
    /// </summary>
    public DateTimeOffset? SignedInAt => AuthenticatedAt ?? (HasPerson ? null : IssuedAt);

    /// <summary>
    /// Whether sign-in and class are what a token said; default true. Security: false only for records that are judged again and keep
    /// neither, so that both are taken as asked for.
    /// </summary>
    public bool IsSignInKnown { get; init; } = true;

    /// <summary>The token's id; null: it has none.</summary>
    public string? TokenId { get; init; }

    /// <summary>
    /// SHA-256 of what the token's issuer signed (header and payload), lower-case hex: the same whatever the signature looks like.
    /// </summary>
    public required string TokenHash { get; init; }

    /// <summary>
    /// SHA-256 of the whole token, signature included, in each text that anybody can make of it; a revocation may name one of these too.
    /// </summary>
    public IReadOnlyList<string> TokenTextHashes { get; init; } = [];

    /// <summary>Ids of the tokens that this one was exchanged from: with each of them it is revoked too. Empty: it was not.</summary>
    public IReadOnlyList<string> ParentIds { get; init; } = [];

    /// <summary>Their hashes, of what was signed and of whole texts.</summary>
    public IReadOnlyList<string> ParentHashes { get; init; } = [];

    /// <summary>How possession was proven on this call.</summary>
    public ProofBinding Binding { get; init; }

    /// <summary>SHA-256 of the certificate that proved it, lower-case hex, with <see cref="ProofBinding.Mtls"/>; null otherwise.</summary>
    public string? CertificateHash { get; init; }

    /// <summary>
    /// Actors between caller and subject (RFC 8693 <c>act</c>), outermost first, as client ids of the same issuer; empty: no delegation.
    /// </summary>
    public IReadOnlyList<string> Actors { get; init; } = [];
}

/// <summary>How a caller proved possession of its token.</summary>
public enum ProofBinding : byte
{
    /// <summary>Bearer only.</summary>
    None,

    /// <summary>RFC 8705: the TLS client certificate equals <c>cnf.x5t#S256</c>.</summary>
    Mtls,

    /// <summary>RFC 9449.</summary>
    Dpop,

    /// <summary>There is no token: the caller showed an API key.</summary>
    ApiKey,
}

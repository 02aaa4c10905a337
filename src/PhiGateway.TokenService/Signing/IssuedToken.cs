using PhiGateway.Identity.Tokens;

namespace PhiGateway.TokenService.Signing;

/// <summary>The claims of a token that is issued here (RFC 9068), before it is signed or after its signature was found to hold.</summary>
internal sealed record IssuedToken
{
    /// <summary><c>client_id</c>, and <c>sub</c> where no person is behind it.</summary>
    public required string ClientId { get; init; }

    /// <summary>The person for whom the client comes, as provider and <c>sub</c> there; null: it comes for itself.</summary>
    public string? Person { get; init; }

    /// <summary><c>auth_time</c>: when that person signed in; null: nobody said.</summary>
    public DateTimeOffset? AuthenticatedAt { get; init; }

    /// <summary><c>acr</c>: the class of that sign-in; null: nobody said.</summary>
    public string? Acr { get; init; }

    /// <summary><c>sub</c>.</summary>
    public string Subject => Person ?? ClientId;

    /// <summary><c>jti</c>.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>SMART scopes.</summary>
    public required string Scope { get; init; }

    /// <summary>Purpose-of-use codes.</summary>
    public IReadOnlyList<string> Purposes { get; init; } = [];

    /// <summary>The task that <c>authorization_details</c> names (RFC 9396); null: for none.</summary>
    public string? Task { get; init; }

    /// <summary>What it was exchanged from: it is revoked with each of them.</summary>
    public ParentTokens Parents { get; init; } = ParentTokens.None;

    /// <summary><c>cnf.jkt</c> (RFC 9449); null: not bound to a key.</summary>
    public string? KeyThumbprint { get; init; }

    /// <summary><c>cnf.x5t#S256</c> (RFC 8705); null: not bound to a certificate.</summary>
    public string? CertificateThumbprint { get; init; }

    /// <summary>How it is bound, as records say it.</summary>
    public string Binding =>
        (KeyThumbprint, CertificateThumbprint) switch
        {
            ({ }, _) => "dpop",
            (_, { }) => "mtls",
            _ => "none",
        };
}

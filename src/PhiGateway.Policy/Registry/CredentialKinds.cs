namespace PhiGateway.Policy.Registry;

/// <summary>Says which kinds of credential the gateway checks itself; the others are kept as inventory only.</summary>
public static class CredentialKinds
{
    /// <summary>
    /// Whether the gateway itself checks credentials of this kind on a call; the others are inventory, with owner and rotation dates, and
    /// guard nothing here.
    /// </summary>
    public static bool IsEnforced(CredentialKind kind) =>
        kind
            is CredentialKind.OidcClient
                or CredentialKind.Certificate
                or CredentialKind.Spiffe
                or CredentialKind.ClientKey
                or CredentialKind.TlsClientAuth
                or CredentialKind.IdentityAssertion
                or CredentialKind.ApiKey;

    /// <summary>Whether a caller can be recognised by a credential of this kind.</summary>
    public static bool Recognises(CredentialKind kind) =>
        kind is CredentialKind.OidcClient or CredentialKind.Spiffe or CredentialKind.ApiKey;

    /// <summary>
    /// Whether a certificate alone says who a client is: it gets its tokens from the gateway's own token service and has no key there, in
    /// whatever state. Everywhere else a certificate is a second thing that must be proven.
    /// </summary>
    /// <param name="credentials">All credentials of the client.</param>
    /// <param name="tokenService">Name of the gateway's own token service; null: there is none.</param>
    public static bool CertificateProvesAlone(IReadOnlyCollection<Credential> credentials, string? tokenService) =>
        tokenService is not null
        && credentials.Any(one =>
            one.Kind == CredentialKind.OidcClient && string.Equals(one.Issuer, tokenService, StringComparison.Ordinal)
        )
        && !credentials.Any(static one => one.Kind == CredentialKind.ClientKey);
}

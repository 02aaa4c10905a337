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
                or CredentialKind.ApiKey;

    /// <summary>Whether a caller can be recognised by a credential of this kind.</summary>
    public static bool Recognises(CredentialKind kind) =>
        kind is CredentialKind.OidcClient or CredentialKind.Spiffe or CredentialKind.ApiKey;
}

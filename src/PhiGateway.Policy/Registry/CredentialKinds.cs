namespace PhiGateway.Policy.Registry;

/// <summary>What holds for each kind of credential.</summary>
public static class CredentialKinds
{
    /// <summary>
    /// Whether the gateway itself checks credentials of this kind on a call; the others are inventory, with owner and rotation dates, and
    /// guard nothing here.
    /// </summary>
    public static bool IsEnforced(CredentialKind kind) => kind is CredentialKind.OidcClient or CredentialKind.Certificate;
}

using PhiGateway.Policy.Registry;

namespace PhiGateway.Policy.Snapshot;

/// <summary>By what a credential is recognised, whatever its kind: the same for two credentials means that they are shared, which is refused.</summary>
public static class CredentialIdentity
{
    /// <summary>Stands in the place of the issuer for certificates; a name that no operator gives an issuer.</summary>
    public const string Certificate = "certificate:x5t#S256";

    /// <summary>Issuer and client id, or the mark of certificates and the thumbprint in lower case; null when it names neither.</summary>
    public static (string Issuer, string Value)? Of(Credential credential) => credential switch
    {
        { Issuer: { Length: > 0 } issuer, ClientId: { Length: > 0 } clientId } => (issuer, clientId),
        { Kind: CredentialKind.Certificate, Thumbprint: { Length: > 0 } thumbprint } => (Certificate, thumbprint.ToLowerInvariant()),
        _ => null,
    };

    /// <summary>The member that a finding about sharing points at.</summary>
    internal static string MemberOf(Credential credential) => Of(credential) is (Certificate, _) ? "thumbprint" : "clientId";

    /// <summary>What a finding about sharing says.</summary>
    internal static string WordsOf(Credential credential) =>
        Of(credential) is (Certificate, _)
            ? "Another credential has the same certificate; one credential belongs to one client."
            : "Another credential has the same issuer and client id; one credential belongs to one client.";
}

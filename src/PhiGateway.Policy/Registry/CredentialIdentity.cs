using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Registry;

/// <summary>
/// Computes the key by which a credential is recognised, whatever its kind. Two credentials with the same key would be shared, which is
/// refused.
/// </summary>
/// <remarks>
/// Security: the kind decides which members count. A certificate that also names a client id is a certificate, and admits no bearer token.
/// </remarks>
public static class CredentialIdentity
{
    /// <summary>Stands in the place of the issuer for certificates; a name that no operator gives an issuer, as all of these.</summary>
    public const string Certificate = "certificate:x5t#S256";

    /// <summary>Stands in the place of the issuer for workloads that show a certificate of their own (X.509-SVID).</summary>
    public const string Spiffe = "spiffe:id";

    /// <summary>Stands in the place of the issuer for callers that show an API key.</summary>
    public const string ApiKey = "api-key:sha-256";

    private const string Jwk = "jwk:sha-256";
    private const string JwksUri = "jwks:uri";
    private const string SubjectDn = "tls:subject-dn";
    private const string SanDns = "tls:san-dns";
    private const string SanUri = "tls:san-uri";

    /// <summary>
    /// Issuer and client id, or the mark of another kind and its value; null when it names neither, or nothing that could be shared.
    /// </summary>
    public static (string Issuer, string Value)? Of(Credential credential) =>
        credential switch
        {
            { Kind: CredentialKind.OidcClient, Issuer: { Length: > 0 } issuer, ClientId: { Length: > 0 } clientId } => (issuer, clientId),
            { Kind: CredentialKind.Certificate, Thumbprint: { Length: > 0 } thumbprint } => (Certificate, thumbprint.ToLowerInvariant()),
            { Kind: CredentialKind.Spiffe, SpiffeId: { Length: > 0 } id } => (Spiffe, id),
            { Kind: CredentialKind.ApiKey, KeyHash: { Length: > 0 } hash } => (ApiKey, hash),
            { Kind: CredentialKind.Jwks, JwkThumbprint: { Length: > 0 } thumbprint } => (Jwk, thumbprint),
            { Kind: CredentialKind.ClientKey, Jwk: { } jwk } => (Jwk, jwk.Thumbprint()),
            { Kind: CredentialKind.Jwks or CredentialKind.ClientKey, JwksUri: { Length: > 0 } uri } => (JwksUri, uri),
            { Kind: CredentialKind.TlsClientAuth, SubjectDn: { Length: > 0 } subject } => (
                SubjectDn,
                DistinguishedName.TryRead(subject, out var form) ? form : subject
            ),
            { Kind: CredentialKind.TlsClientAuth, SanDns: { Length: > 0 } name } => (SanDns, name.ToLowerInvariant()),
            { Kind: CredentialKind.TlsClientAuth, SanUri: { Length: > 0 } uri } => (SanUri, uri),
            _ => null,
        };

    /// <summary>The member that a finding about sharing points at.</summary>
    internal static string MemberOf(Credential credential) =>
        Of(credential)?.Issuer switch
        {
            Jwk when credential.Jwk is not null => "jwk",
            Certificate => "thumbprint",
            Spiffe => "spiffeId",
            ApiKey => "keyHash",
            Jwk => "jwkThumbprint",
            JwksUri => "jwksUri",
            SubjectDn => "subjectDn",
            SanDns => "sanDns",
            SanUri => "sanUri",
            _ => "clientId",
        };

    /// <summary>What a finding about sharing says.</summary>
    internal static string WordsOf(Credential credential) =>
        $"Another credential has the same {MemberOf(credential) switch
    {
        "thumbprint" => "certificate",
        "spiffeId" => "SPIFFE id",
        "keyHash" => "key",
        "jwk" or "jwkThumbprint" or "jwksUri" => "public key",
        "subjectDn" or "sanDns" or "sanUri" => "name in a certificate",
        _ => "issuer and client id",
    }}; one credential belongs to one client.";
}

using PhiGateway.Audit.Records;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Trail;

/// <summary>Says by what the use of a credential is known on record; asked where it is told what a credential touched, and when it was used.</summary>
internal static class CredentialRecords
{
    /// <summary>Which records are of calls with it; null: nothing says that it was used.</summary>
    public static Func<AuditRecord, bool>? Of(Credential credential) =>
        credential switch
        {
            { Kind: CredentialKind.Certificate, Thumbprint: { } hash } => found =>
                string.Equals(found.Certificate, hash, StringComparison.OrdinalIgnoreCase),
            { Kind: CredentialKind.Spiffe, SpiffeId: { } id } => found =>
                found.Issuer == CredentialIdentity.Spiffe && found.IssuerClientId == id,
            { Kind: CredentialKind.ApiKey, KeyHash: { } key } => found => found.Binding == "api-key" && found.IssuerClientId == key,
            { Kind: CredentialKind.IdentityAssertion, Issuer: { } provider, ClientId: { } clientId } => found =>
                found.IssuerClientId == clientId && found.Subject?.StartsWith(provider + "|", StringComparison.Ordinal) == true,

            // Which key or secret got a token from its issuer no record says: all that were got for this client id count.
            { Issuer: { } issuer, ClientId: { } clientId } => found => found.Issuer == issuer && found.IssuerClientId == clientId,
            _ => null,
        };

    /// <summary>
    /// The same of its use alone: of a key with which tokens are got at this gateway the tokens that it got, and no other key's.
    /// </summary>
    public static Func<AuditRecord, bool>? OfUse(Credential credential)
    {
        var rule = credential switch
        {
            { Kind: CredentialKind.ClientKey, Jwk: { } jwk } => "key/" + jwk.Thumbprint(),
            { Kind: CredentialKind.TlsClientAuth } => "key/tls:" + credential.Id,
            _ => null,
        };
        return rule is null ? Of(credential) : found => found is { Kind: AuditKind.Auth, Decision: "permit" } && found.Rule == rule;
    }
}

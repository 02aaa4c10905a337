using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Validation;

/// <summary>
/// Checks that a credential has only members of its kind, in their exact forms; one that has no effect is refused, so that none looks as if
/// it guarded something.
/// </summary>
internal static class CredentialMembers
{
    private const int LongestUri = 2048;
    private const int LongestUser = 64;

    private static readonly CredentialKind[] OfClients =
    [
        CredentialKind.OidcClient,
        CredentialKind.ClientSecret,
        CredentialKind.Jwks,
        CredentialKind.ClientKey,
        CredentialKind.TlsClientAuth,
        CredentialKind.IdentityAssertion,
    ];

    internal static void Check(Credential credential, string path, ValidationContext context)
    {
        foreach (
            var (name, value, kinds) in new (string, string?, CredentialKind[])[]
            {
                ("issuer", credential.Issuer, OfClients),
                ("clientId", credential.ClientId, OfClients),
                ("thumbprint", credential.Thumbprint, [CredentialKind.Certificate]),
                ("jwksUri", credential.JwksUri, [CredentialKind.Jwks, CredentialKind.ClientKey]),
                ("jwk", credential.Jwk?.Kty, [CredentialKind.ClientKey]),
                ("jwkThumbprint", credential.JwkThumbprint, [CredentialKind.Jwks]),
                ("spiffeId", credential.SpiffeId, [CredentialKind.Spiffe]),
                ("keyHash", credential.KeyHash, [CredentialKind.ApiKey]),
                ("basicUser", credential.BasicUser, [CredentialKind.ApiKey]),
                ("subjectDn", credential.SubjectDn, [CredentialKind.TlsClientAuth]),
                ("sanDns", credential.SanDns, [CredentialKind.TlsClientAuth]),
                ("sanUri", credential.SanUri, [CredentialKind.TlsClientAuth]),
            }
        )
        {
            if (value is not null && Array.IndexOf(kinds, credential.Kind) < 0)
            {
                context.Add($"{path}/{name}", "It has no effect for a credential of this kind: leave it out.");
            }
        }

        CheckForms(credential, path, context);
    }

    private static void CheckForms(Credential credential, string path, ValidationContext context)
    {
        switch (credential.Kind)
        {
            case CredentialKind.OidcClient
            or CredentialKind.ClientSecret
            or CredentialKind.ClientKey
            or CredentialKind.TlsClientAuth
            or CredentialKind.IdentityAssertion when string.IsNullOrEmpty(credential.Issuer) || string.IsNullOrEmpty(credential.ClientId):
                context.Add(path + "/clientId", "A credential of this kind names its issuer and client id.");
                break;
            // Persons are named PROVIDER|SUBJECT in tokens: a client's own name must not be readable as one.
            case CredentialKind.IdentityAssertion when credential.ClientId!.Contains('|', StringComparison.Ordinal):
                context.Add(path + "/clientId", "The id of a client that comes for persons has no |.");
                break;
            case CredentialKind.Certificate when !ValidationContext.IsSha256(credential.Thumbprint?.ToLowerInvariant()):
                context.Add(path + "/thumbprint", "A certificate is named by the SHA-256 of its DER in hex.");
                break;
            case CredentialKind.Spiffe when !SpiffeId.TryRead(credential.SpiffeId, out _):
                context.Add(path + "/spiffeId", "Not a SPIFFE id of a workload, such as spiffe://hospital.example/ns/lab/sa/feed.");
                break;
            case CredentialKind.ApiKey when !ValidationContext.IsSha256(credential.KeyHash):
                context.Add(path + "/keyHash", "Only the SHA-256 of a key is kept, in lower-case hex.");
                break;
            case CredentialKind.ApiKey when credential.BasicUser is { } user && !IsBasicUser(user):
                context.Add(path + "/basicUser", "1 to 64 plain characters without ':'.");
                break;
            case CredentialKind.ApiKey when credential.Expires is null:
                context.Add(path + "/expires", "An API key has an end.");
                break;
            case CredentialKind.Jwks:
                CheckJwks(credential, path, context);
                break;
            case CredentialKind.ClientKey:
                CheckClientKey(credential, path, context);
                break;
            case CredentialKind.TlsClientAuth:
                CheckCertificateName(credential, path, context);
                break;
            default:
                break;
        }
    }

    private static void CheckCertificateName(Credential credential, string path, ValidationContext context)
    {
        var given = new[] { credential.SubjectDn, credential.SanDns, credential.SanUri }.Count(static one => one is not null);
        if (given != 1)
        {
            context.Add(path + "/subjectDn", "A certificate is named by subjectDn, sanDns or sanUri, exactly one of them.");
        }

        if (credential.SubjectDn is { } subject && !DistinguishedName.TryRead(subject, out _))
        {
            context.Add(path + "/subjectDn", "Not a name as RFC 4514 writes it, such as CN=feed,O=Hospital,C=US.");
        }

        if (credential.SanDns is { } name && !IsHostName(name))
        {
            context.Add(path + "/sanDns", "Not a DNS name without a wildcard, such as feed.hospital.example.");
        }

        if (credential.SanUri is { } uri && !(uri.Length <= LongestUri && Uri.TryCreate(uri, UriKind.Absolute, out _) && IsPlain(uri)))
        {
            context.Add(path + "/sanUri", "An absolute URI, as it stands in the certificate.");
        }
    }

    private static bool IsHostName(string text) =>
        text.Length is > 0 and <= 253
        && text.Split('.')
            .All(static label =>
                label.Length is > 0 and <= 63
                && label[0] != '-'
                && label[^1] != '-'
                && label.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')
            );

    // What a certificate holds as IA5String, without blanks and controls.
    private static bool IsPlain(string text) => text.All(static letter => letter is > ' ' and < '\x7f');

    // RFC 7617: a colon ends it, and what is no ASCII is written by every client in another way.
    private static bool IsBasicUser(string text) =>
        text.Length is > 0 and <= LongestUser && text.All(static letter => letter is >= ' ' and < '\x7f' and not ':');

    private static void CheckClientKey(Credential credential, string path, ValidationContext context)
    {
        if (credential.JwksUri is null == credential.Jwk is null)
        {
            context.Add(path + "/jwk", "A client's key is given as jwk or by jwksUri, one of them.");
        }

        if (credential.JwksUri is { } uri && !ClientKeyForm.IsJwksUri(uri))
        {
            context.Add(path + "/jwksUri", "An absolute https URL without user, fragment or query.");
        }

        if (credential.Jwk is { } jwk && !ClientKeyForm.IsPublicKey(jwk))
        {
            context.Add(
                path + "/jwk",
                "A public key: EC on P-256, P-384 or P-521 with x and y, or RSA of 2048 bits and more with n and e."
            );
        }
    }

    private static void CheckJwks(Credential credential, string path, ValidationContext context)
    {
        if (credential.JwksUri is null == credential.JwkThumbprint is null)
        {
            context.Add(path + "/jwksUri", "Keys are named by jwksUri or by jwkThumbprint, one of them.");
        }

        if (credential.JwksUri is { } uri && !ClientKeyForm.IsJwksUri(uri))
        {
            context.Add(path + "/jwksUri", "An absolute https URL without user, fragment or query.");
        }

        if (
            credential.JwkThumbprint is { } thumbprint
            && !(
                thumbprint.Length == 43
                && thumbprint.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_')
                && "AEIMQUYcgkosw048".Contains(thumbprint[42], StringComparison.Ordinal)
            )
        )
        {
            context.Add(path + "/jwkThumbprint", "The SHA-256 of RFC 7638 in base64url without padding.");
        }
    }
}

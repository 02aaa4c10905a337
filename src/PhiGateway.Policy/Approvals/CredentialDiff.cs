using System.Text.Json;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Policy.Approvals;

/// <summary>Compares the credentials of one client, before and after a change, and says who may come that could not.</summary>
internal static class CredentialDiff
{
    internal static void Compare(
        IReadOnlyCollection<Credential> before,
        IReadOnlyCollection<Credential> after,
        string? tokenService,
        List<AccessChange> changes
    )
    {
        // Each is written out once: compared pair by pair, a client with many costs the square of their number.
        var (was, becomes) = (Prints(before), Prints(after));
        foreach (var credential in ApprovalFingerprint.Counting(after).Where(credential => !was.Contains(Print(credential))))
        {
            // One that only restricts: a certificate that must be proven where a bearer token was enough, and not one that gets tokens alone.
            var binds =
                credential.Kind == CredentialKind.Certificate
                && !before.Any(static other => other.Kind == CredentialKind.Certificate)
                && !CredentialKinds.CertificateProvesAlone(after, tokenService);
            Add(changes, binds ? ChangeKind.Narrowing : ChangeKind.Widening, credential, "added");
        }

        foreach (var credential in ApprovalFingerprint.Counting(before).Where(credential => !becomes.Contains(Print(credential))))
        {
            // Without its last certificate a bound client is served by bearer token; without its last key its certificate alone gets tokens.
            var unbinds =
                credential.Kind is CredentialKind.Certificate or CredentialKind.ClientKey
                && !after.Any(other => other.Kind == credential.Kind)
                && (credential.Kind == CredentialKind.Certificate || after.Any(static other => ProvesWithoutAKey(other.Kind)));
            Add(changes, unbinds ? ChangeKind.Widening : ChangeKind.Narrowing, credential, "removed");
        }
    }

    private static bool ProvesWithoutAKey(CredentialKind kind) => kind is CredentialKind.Certificate or CredentialKind.TlsClientAuth;

    private static HashSet<string> Prints(IEnumerable<Credential> credentials) =>
        credentials.Select(Print).ToHashSet(StringComparer.Ordinal);

    private static string Print(Credential credential) => ApprovalFingerprint.OfCredential(credential);

    private static void Add(List<AccessChange> changes, ChangeKind kind, Credential credential, string what) =>
        changes.Add(
            new AccessChange(
                kind,
                RegistryPaths.Of(RegistryKind.Credential, credential.Id),
                $"credential {JsonNamingPolicy.KebabCaseLower.ConvertName(credential.Kind.ToString())} {Name(credential)} {what}"
            )
        );

    // Public parts only: a key's hash is told by its beginning.
    private static string Name(Credential credential) =>
        credential switch
        {
            { SubjectDn: { } subject } => subject,
            { SanDns: { } name } => name,
            { SanUri: { } uri } => uri,
            { Issuer: { } issuer, ClientId: { } client } => $"{client} of {issuer}",
            { SpiffeId: { } id } => id,
            { JwksUri: { } uri } => uri,
            _ => (credential.Thumbprint ?? credential.JwkThumbprint ?? credential.KeyHash) is { Length: > 16 } hash
                ? hash[..16]
                : credential.Id,
        };
}

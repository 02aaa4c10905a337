using PhiGateway.Policy.Registry;

namespace PhiGateway.Policy.Approvals;

/// <summary>
/// Says whether a change of one client's credentials is a rotation: then the approval goes along, and nobody has to approve anew. The
/// control plane asks it before every write that touches credentials.
/// </summary>
/// <remarks>
/// Security: a rotation puts a key in the place of another of the same kind, for the same issuer and client id, and lets the old one end.
/// What names an issuer or client id that was not approved, adds a key beside the others, or takes away the last of a kind is none.
/// What alone says who comes is never one: a new API key, another workload (SPIFFE id), another key at the gateway's own token service, or
/// another certificate there of a client without a key. Nobody else vouches for whoever holds it, so whoever writes it says who comes
/// (docs/adr/0060).
/// </remarks>
public static class CredentialSuccession
{
    /// <summary>Longest time for which the old key may be honoured beside the new one; longer is two keys.</summary>
    public const int LongestOverlapDays = 30;

    /// <summary>
    /// Whether everything that differs in the fingerprint's share of credentials is a rotation, or takes away what a rotation replaced.
    /// </summary>
    /// <param name="before">All credentials of the client as approved.</param>
    /// <param name="after">All credentials of the client after the change.</param>
    /// <param name="now">The moment of the change, UTC.</param>
    /// <param name="tokenService">Name of the gateway's own token service; null: there is none.</param>
    public static bool KeepsApproval(
        IReadOnlyCollection<Credential> before,
        IReadOnlyCollection<Credential> after,
        DateTimeOffset now,
        string? tokenService = null
    )
    {
        var alone = CredentialKinds.CertificateProvesAlone(after, tokenService);
        // Each is written out once: compared pair by pair, a client with many costs the square of their number.
        var was = before.Select(static credential => new Printed(credential, ApprovalFingerprint.OfCredential(credential))).ToList();
        var becomes = after.ToLookup(ApprovalFingerprint.OfCredential, StringComparer.Ordinal);
        var known = was.Select(static printed => printed.Print).ToHashSet(StringComparer.Ordinal);
        var replaced = new HashSet<string>(StringComparer.Ordinal);
        foreach (var group in becomes.Where(group => !known.Contains(group.Key)))
        {
            foreach (var credential in ApprovalFingerprint.Counting(group))
            {
                if (
                    IsAnotherCaller(credential.Kind)
                    || (alone && credential.Kind == CredentialKind.Certificate)
                    || Predecessor(credential, was, becomes, replaced, now) is not { } old
                )
                {
                    return false;
                }

                replaced.Add(old.Id);
            }
        }

        var removed = was.Where(printed => !becomes.Contains(printed.Print)).Select(static printed => printed.Credential);
        return ApprovalFingerprint
            .Counting(removed)
            .All(credential =>
                credential.OverlapUntil is not null
                && after.Any(other => other.Kind == credential.Kind && other.OverlapUntil is null && IsForTheSame(credential, other))
            );
    }

    private static Credential? Predecessor(
        Credential added,
        List<Printed> before,
        ILookup<string, Credential> after,
        HashSet<string> replaced,
        DateTimeOffset now
    ) =>
        added.OverlapUntil is not null || CredentialIdentity.Of(added) is null
            ? null
            : before
                .Find(old =>
                    old.Credential.OverlapUntil is null
                    && old.Credential.Kind == added.Kind
                    && IsForTheSame(old.Credential, added)
                    && !replaced.Contains(old.Credential.Id)
                    && after[old.Print].Any(ended => ended.OverlapUntil is { } until && until <= now.AddDays(LongestOverlapDays))
                )
                ?.Credential;

    // Nobody but the registry says whose it is: another key, or another workload, is another caller until somebody approves it.
    private static bool IsAnotherCaller(CredentialKind kind) =>
        kind
            is CredentialKind.ApiKey
                or CredentialKind.Spiffe
                or CredentialKind.ClientKey
                or CredentialKind.TlsClientAuth
                or CredentialKind.IdentityAssertion;

    private static bool IsForTheSame(Credential one, Credential other) =>
        string.Equals(one.Issuer, other.Issuer, StringComparison.Ordinal)
        && string.Equals(one.ClientId, other.ClientId, StringComparison.Ordinal);

    private sealed record Printed(Credential Credential, string Print);
}

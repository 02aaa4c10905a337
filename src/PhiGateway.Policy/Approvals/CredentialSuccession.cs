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

        // Those that may be replaced, by what a new one must share with them, in their order; each once.
        var waiting = was.Where(old => old.Credential.OverlapUntil is null && IsEnding(becomes[old.Print], now))
            .GroupBy(static old => Likeness.Of(old.Credential))
            .ToDictionary(static group => group.Key, static group => group.Count());
        foreach (var group in becomes.Where(group => !known.Contains(group.Key)))
        {
            foreach (var credential in ApprovalFingerprint.Counting(group))
            {
                if ((alone && credential.Kind == CredentialKind.Certificate) || !IsOneInThePlaceOfAnother(credential, waiting))
                {
                    return false;
                }
            }
        }

        var staying = after.Where(static other => other.OverlapUntil is null).Select(Likeness.Of).ToHashSet();
        var removed = was.Where(printed => !becomes.Contains(printed.Print)).Select(static printed => printed.Credential);
        return ApprovalFingerprint
            .Counting(removed)
            .All(credential => credential.OverlapUntil is not null && staying.Contains(Likeness.Of(credential)));
    }

    private static bool IsOneInThePlaceOfAnother(Credential added, Dictionary<Likeness, int> waiting)
    {
        var likeness = Likeness.Of(added);
        if (
            added.OverlapUntil is not null
            || IsAnotherCaller(added.Kind)
            || CredentialIdentity.Of(added) is null
            || waiting.GetValueOrDefault(likeness) == 0
        )
        {
            return false;
        }

        waiting[likeness]--;
        return true;
    }

    private static bool IsEnding(IEnumerable<Credential> after, DateTimeOffset now) =>
        after.Any(ended => ended.OverlapUntil is { } until && until <= now.AddDays(LongestOverlapDays));

    // Nobody but the registry says whose it is: another key, or another workload, is another caller until somebody approves it.
    private static bool IsAnotherCaller(CredentialKind kind) =>
        kind
            is CredentialKind.ApiKey
                or CredentialKind.Spiffe
                or CredentialKind.ClientKey
                or CredentialKind.TlsClientAuth
                or CredentialKind.IdentityAssertion;

    private sealed record Printed(Credential Credential, string Print);

    /// <summary>What a new key shares with the one that it replaces.</summary>
    private readonly record struct Likeness(CredentialKind Kind, string? Issuer, string? ClientId)
    {
        internal static Likeness Of(Credential credential) => new(credential.Kind, credential.Issuer, credential.ClientId);
    }
}

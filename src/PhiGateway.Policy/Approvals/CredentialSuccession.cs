using PhiGateway.Policy.Registry;

namespace PhiGateway.Policy.Approvals;

/// <summary>
/// Says whether a change of one client's credentials is a rotation: then the approval goes along, and nobody has to approve anew. The
/// control plane asks it before every write that touches credentials.
/// </summary>
/// <remarks>
/// Security: a rotation puts a key in the place of another of the same kind, for the same issuer and client id, and lets the old one end.
/// What names an issuer or client id that was not approved, adds a key beside the others, or takes away the last of a kind is none.
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
    public static bool KeepsApproval(IReadOnlyCollection<Credential> before, IReadOnlyCollection<Credential> after, DateTimeOffset now)
    {
        var added = ApprovalFingerprint.Counting(after).Where(credential => !before.Any(other => IsSame(credential, other))).ToList();
        var removed = ApprovalFingerprint.Counting(before).Where(credential => !after.Any(other => IsSame(credential, other))).ToList();
        var replaced = new HashSet<string>(StringComparer.Ordinal);
        foreach (var credential in added)
        {
            if (Predecessor(credential, before, after, replaced, now) is not { } old)
            {
                return false;
            }

            replaced.Add(old.Id);
        }

        return removed.TrueForAll(credential =>
            credential.OverlapUntil is not null
            && after.Any(other => other.Kind == credential.Kind && other.OverlapUntil is null && IsForTheSame(credential, other))
        );
    }

    private static Credential? Predecessor(
        Credential added,
        IReadOnlyCollection<Credential> before,
        IReadOnlyCollection<Credential> after,
        HashSet<string> replaced,
        DateTimeOffset now
    ) =>
        added.OverlapUntil is not null || CredentialIdentity.Of(added) is null
            ? null
            : before.FirstOrDefault(old =>
                old.OverlapUntil is null
                && old.Kind == added.Kind
                && IsForTheSame(old, added)
                && !replaced.Contains(old.Id)
                && after.Any(ended => IsSame(ended, old) && ended.OverlapUntil is { } until && until <= now.AddDays(LongestOverlapDays))
            );

    private static bool IsForTheSame(Credential one, Credential other) =>
        string.Equals(one.Issuer, other.Issuer, StringComparison.Ordinal)
        && string.Equals(one.ClientId, other.ClientId, StringComparison.Ordinal);

    private static bool IsSame(Credential one, Credential other) =>
        string.Equals(ApprovalFingerprint.OfCredential(one), ApprovalFingerprint.OfCredential(other), StringComparison.Ordinal);
}

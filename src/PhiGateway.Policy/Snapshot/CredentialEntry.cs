using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Snapshot;

/// <summary>
/// One credential with its doors compiled; its contradiction is the path of what is wrong with it, such as another client holding the same.
/// </summary>
internal sealed class CredentialEntry
{
    internal CredentialEntry(Credential credential, string? contradiction, bool notUnderstood = false)
    {
        (Credential, Contradiction, Doors) = (credential, contradiction, DoorsOf(credential, contradiction, notUnderstood));
        (OpenFrom, OpenUntil) = PathDoor.Common(Doors);
    }

    internal Credential Credential { get; }

    internal string? Contradiction { get; }

    /// <summary>Contradiction, expiry, rotation, in the order in which the decision asks.</summary>
    internal PathDoor[] Doors { get; }

    /// <summary>From this tick on every door of the credential is open …</summary>
    internal long OpenFrom { get; }

    /// <summary>… until this one; then the doors say which closed.</summary>
    internal long OpenUntil { get; }

    private static PathDoor[] DoorsOf(Credential credential, string? contradiction, bool notUnderstood)
    {
        var rule = "credential/" + credential.Id;
        var overlap = credential.OverlapUntil?.UtcTicks ?? long.MaxValue;
        return
        [
            PathDoor.Standing(
                "credential-registration",
                notUnderstood ? DenyReason.RegistryNotUnderstood : DenyReason.RegistryContradiction,
                contradiction ?? rule,
                contradiction is null,
                notUnderstood
                    ? "Upgrade this node: a newer version wrote what it does not know."
                    : "Correct the registration of the credential."
            ),
            new PathDoor(
                "credential",
                DenyReason.CredentialExpired,
                rule,
                0,
                Math.Min(Days.Until(credential.Expires), overlap),
                "Register a new credential."
            ),
            new PathDoor(
                "credential-rotation",
                DenyReason.CredentialRotationOverdue,
                rule,
                0,
                credential.RotateBy is { } day ? Days.StartAfter(day, 1 + DoorDefaults.RotationGraceDays) : long.MaxValue,
                "Rotate the credential."
            ),
        ];
    }
}

using PhiGateway.Policy.Decision;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Policy.Snapshot;

/// <summary>One credential with its doors compiled.</summary>
/// <param name="Credential">As written.</param>
/// <param name="Contradiction">Path of what is wrong with it, such as another client holding the same; null when all is well.</param>
internal sealed record CredentialEntry(Credential Credential, string? Contradiction)
{
    /// <summary>Contradiction, expiry, rotation, in the order in which the decision asks.</summary>
    internal PathDoor[] Doors { get; } = DoorsOf(Credential, Contradiction);

    private static PathDoor[] DoorsOf(Credential credential, string? contradiction)
    {
        var rule = "credential/" + credential.Id;
        var overlap = credential.OverlapUntil?.UtcTicks ?? long.MaxValue;
        return
        [
            PathDoor.Standing("credential-registration", DenyReason.RegistryContradiction, contradiction ?? rule, contradiction is null, "Correct the registration of the credential."),
            new PathDoor("credential", DenyReason.CredentialExpired, rule, 0, Math.Min(Days.Until(credential.Expires), overlap), "Register a new credential."),
            new PathDoor(
                "credential-rotation",
                DenyReason.CredentialRotationOverdue,
                rule,
                0,
                credential.RotateBy is { } day ? Days.StartAfter(day, 1 + DoorDefaults.RotationGraceDays) : long.MaxValue,
                "Rotate the credential."),
        ];
    }
}

using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Lists the doors (the conditions of access) of one client: which are open, which closed, and when each will close by itself. For the
/// control plane.
/// </summary>
public static class Posture
{
    /// <summary>Every door in the order in which the decision asks; each credential brings doors of its own.</summary>
    public static IReadOnlyList<Door> Of(ClientEntry client, RegistrySnapshot snapshot, DateTimeOffset now)
    {
        var ticks = now.UtcTicks;
        var revoked = RevocationQuestion.OfClient(client, snapshot.Revocations) ?? RevocationQuestion.OfUse(client, snapshot.Revocations);
        var doors = new List<Door>
        {
            new(
                "revocation",
                DenyReason.Revoked,
                revoked is null,
                null,
                revoked is null ? null : "Lift the revocation, when its reason is gone."
            ),
        };
        foreach (var door in client.Doors)
        {
            doors.Add(Shown(door, door.Name, ticks));
        }

        if (!Array.Exists(client.CompiledCredentials, static credential => Registry.CredentialKinds.Recognises(credential.Credential.Kind)))
        {
            doors.Add(new Door("credential", DenyReason.CredentialExpired, false, null, "Register a credential."));
        }

        foreach (var credential in client.CompiledCredentials)
        {
            var guards = Registry.CredentialKinds.IsEnforced(credential.Credential.Kind);
            var dead = snapshot.Revocations.Contains(Registry.RevocationTarget.Credential, credential.Credential.Id);
            doors.Add(
                new Door(
                    "credential-revocation/" + credential.Credential.Id,
                    DenyReason.Revoked,
                    !dead,
                    null,
                    dead ? "Register a new credential." : null
                )
                {
                    Guards = guards,
                }
            );
            foreach (var door in credential.Doors)
            {
                doors.Add(Shown(door, $"{door.Name}/{credential.Credential.Id}", ticks) with { Guards = guards });
            }
        }

        return doors;
    }

    private static Door Shown(PathDoor door, string name, long ticks)
    {
        var open = door.IsOpen(ticks);
        return new Door(name, door.Reason, open, door.From == long.MaxValue ? null : Days.Moment(door.Until), open ? null : door.ToOpen)
        {
            Rule = door.Rule,
            Advice = door.ToOpen,
        };
    }
}

/// <summary>One condition of a client's access: its name, whether it is met now, until when, and how to meet it.</summary>
/// <param name="Name">Such as <c>agreement</c>.</param>
/// <param name="Reason">The reason with which it refuses when closed.</param>
/// <param name="Open">Whether it is open now.</param>
/// <param name="ClosesAt">When it closes by itself, UTC; null: it has no date.</param>
/// <param name="ToOpen">What an operator does to open it; null when open.</param>
public sealed record Door(string Name, DenyReason Reason, bool Open, DateTimeOffset? ClosesAt, string? ToOpen)
{
    /// <summary>The entity whose dates or state the door has, such as <c>agreement/baa-1</c>; null where none stands behind it.</summary>
    public string? Rule { get; init; }

    /// <summary>
    /// Whether the gateway enforces it; false for the dates of a credential that is inventory only: somebody is warned, and no call is
    /// refused.
    /// </summary>
    public bool Guards { get; init; } = true;

    /// <summary>What an operator does when it closes, also while it is open; null where there is nothing to do in time.</summary>
    public string? Advice { get; init; }
}

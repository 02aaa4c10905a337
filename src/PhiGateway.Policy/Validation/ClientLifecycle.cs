using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Policy.Validation;

/// <summary>
/// The life of a client: which steps there are and who may take them. Pure; the admin API asks it before every change of status.
/// </summary>
/// <remarks>
/// Security: becoming active always takes an approver, who is never the one who asked (see <see cref="MayApprove"/>). Nothing leads back
/// from revoked.
/// </remarks>
public static class ClientLifecycle
{
    private const string Operator = "operator";
    private const string Approver = "approver";
    private const string Admin = "admin";

    /// <summary>Every step allowed.</summary>
    public static IReadOnlyList<ClientTransition> All { get; } =
    [
        new(ClientStatus.Draft, ClientStatus.Submitted, [Operator, Admin]),
        new(ClientStatus.Draft, ClientStatus.Archived, [Operator, Admin]),
        new(ClientStatus.Submitted, ClientStatus.Draft, [Operator, Approver, Admin]),
        new(ClientStatus.Submitted, ClientStatus.Active, [Approver]),
        new(ClientStatus.Active, ClientStatus.Suspended, [Operator, Approver, Admin]),
        new(ClientStatus.Active, ClientStatus.Quarantined, [Operator, Approver, Admin]),
        new(ClientStatus.Active, ClientStatus.Revoked, [Operator, Approver, Admin]),
        new(ClientStatus.Suspended, ClientStatus.Active, [Approver]),
        new(ClientStatus.Suspended, ClientStatus.Quarantined, [Operator, Approver, Admin]),
        new(ClientStatus.Suspended, ClientStatus.Revoked, [Operator, Approver, Admin]),
        new(ClientStatus.Quarantined, ClientStatus.Active, [Approver]),
        new(ClientStatus.Quarantined, ClientStatus.Suspended, [Operator, Approver, Admin]),
        new(ClientStatus.Quarantined, ClientStatus.Revoked, [Operator, Approver, Admin]),
        new(ClientStatus.Revoked, ClientStatus.Archived, [Operator, Admin]),
    ];

    /// <summary>Whether the step exists, whoever takes it; staying is no step.</summary>
    public static bool Allows(ClientStatus from, ClientStatus to) => Find(from, to) is not null;

    /// <summary>Why a person with these roles may not take a step, or null when they may.</summary>
    public static RegistryProblem? Check(
        string client,
        ClientStatus from,
        ClientStatus to,
        IReadOnlyCollection<string> roles,
        string? reason
    )
    {
        var path = RegistryPaths.Of(RegistryKind.Client, client) + "/status";
        if (Find(from, to) is not { } step)
        {
            return new RegistryProblem(path, $"A client does not go from {Word(from)} to {Word(to)}.");
        }

        if (!step.Roles.Any(roles.Contains))
        {
            return new RegistryProblem(
                path,
                $"Going from {Word(from)} to {Word(to)} takes one of these roles: {string.Join(", ", step.Roles)}."
            );
        }

        return to is ClientStatus.Suspended or ClientStatus.Quarantined or ClientStatus.Revoked && string.IsNullOrWhiteSpace(reason)
            ? new RegistryProblem(
                RegistryPaths.Of(RegistryKind.Client, client) + "/statusReason",
                "Say why: the reason is part of the evidence."
            )
            : null;
    }

    /// <summary>Four eyes: both are named and they are not the same person, however the name is written.</summary>
    public static bool MayApprove(string requestedBy, string approvedBy) => PathDoors.HasFourEyes(requestedBy, approvedBy);

    private static ClientTransition? Find(ClientStatus from, ClientStatus to)
    {
        foreach (var step in All)
        {
            if (step.From == from && step.To == to)
            {
                return step;
            }
        }

        return null;
    }

    private static string Word(ClientStatus status) => status.ToString().ToLowerInvariant();
}

/// <summary>One step in the life of a client.</summary>
/// <param name="From">Before.</param>
/// <param name="To">After.</param>
/// <param name="Roles">Roles of which one is needed.</param>
public sealed record ClientTransition(ClientStatus From, ClientStatus To, IReadOnlyList<string> Roles);

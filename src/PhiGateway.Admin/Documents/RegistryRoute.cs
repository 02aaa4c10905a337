using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Documents;

/// <summary>How one kind of document appears in the API.</summary>
/// <param name="Kind">Which kind.</param>
/// <param name="Segment">Plural noun in the path and in the declarative file's problems, such as <c>use-cases</c>.</param>
/// <param name="Word">Singular noun in events and targets, such as <c>use-case</c>.</param>
/// <param name="Type">The entity.</param>
/// <param name="Readers">Roles that may read.</param>
/// <param name="Writers">Roles that may write; empty: the API writes it itself.</param>
/// <param name="Managed">Members that verbs or the server set: absent means unchanged, and another value is refused.</param>
internal sealed record RegistryRoute(
    RegistryKind Kind,
    string Segment,
    string Word,
    Type Type,
    IReadOnlyList<string> Readers,
    IReadOnlyList<string> Writers,
    IReadOnlyList<string> Managed
)
{
    /// <summary>Every kind, in the order of the documentation.</summary>
    public static IReadOnlyList<RegistryRoute> All { get; } =
    [
        new(RegistryKind.Organization, "organizations", "organization", typeof(Organization), AdminRoles.All, AdminRoles.Writers, []),
        new(RegistryKind.Agreement, "agreements", "agreement", typeof(Agreement), AdminRoles.All, AdminRoles.Writers, []),
        new(RegistryKind.UseCase, "use-cases", "use-case", typeof(UseCase), AdminRoles.All, AdminRoles.Writers, ["status", "changedBy"]),
        new(
            RegistryKind.Client,
            "clients",
            "client",
            typeof(Client),
            AdminRoles.All,
            AdminRoles.Writers,
            ["status", "statusReason", "ownerConfirmed", "requestedBy", "changedBy"]
        ),
        new(RegistryKind.Credential, "credentials", "credential", typeof(Credential), AdminRoles.All, AdminRoles.Writers, []),
        new(RegistryKind.Roster, "rosters", "roster", typeof(Roster), AdminRoles.All, AdminRoles.Writers, []),
        new(RegistryKind.TaskGrant, "task-grants", "task-grant", typeof(TaskGrant), AdminRoles.All, AdminRoles.Writers, []),
        new(RegistryKind.Review, "reviews", "review", typeof(Review), AdminRoles.All, AdminRoles.Closers, ["by"]),
        new(
            RegistryKind.Alert,
            "alerts",
            "alert",
            typeof(Alert),
            AdminRoles.All,
            AdminRoles.Closers,
            ["state", "handledBy", "handledAt", "resolution"]
        ),
        new(RegistryKind.Approval, "approvals", "approval", typeof(Approval), AdminRoles.All, [], []),
        new(
            RegistryKind.AdminKey,
            "admin-keys",
            "admin-key",
            typeof(AdminKey),
            [AdminRoles.Admin],
            [AdminRoles.Admin],
            ["hash", "created"]
        ),
    ];

    public static RegistryRoute Of(RegistryKind kind)
    {
        foreach (var route in All)
        {
            if (route.Kind == kind)
            {
                return route;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(kind));
    }
}

using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Documents;

/// <summary>One kind of document in the API: its path segment, and which roles may read and write it.</summary>
/// <param name="Kind">Which kind.</param>
/// <param name="Segment">Plural noun in the path, such as <c>use-cases</c>.</param>
/// <param name="Readers">Roles that may read.</param>
/// <param name="Writers">Roles that may write; empty: the API writes it itself.</param>
internal sealed record RegistryRoute(RegistryKind Kind, string Segment, IReadOnlyList<string> Readers, IReadOnlyList<string> Writers)
{
    /// <summary>Every kind, in the order of the documentation.</summary>
    public static IReadOnlyList<RegistryRoute> All { get; } =
    [
        new(RegistryKind.Organization, "organizations", AdminRoles.All, AdminRoles.Writers),
        new(RegistryKind.Agreement, "agreements", AdminRoles.All, AdminRoles.Writers),
        new(RegistryKind.UseCase, "use-cases", AdminRoles.All, AdminRoles.Writers),
        new(RegistryKind.Client, "clients", AdminRoles.All, AdminRoles.Writers),
        new(RegistryKind.Credential, "credentials", AdminRoles.All, AdminRoles.Writers),
        new(RegistryKind.Roster, "rosters", AdminRoles.All, AdminRoles.Writers),
        new(RegistryKind.TaskGrant, "task-grants", AdminRoles.TaskReaders, AdminRoles.TaskWriters),
        new(RegistryKind.Review, "reviews", AdminRoles.All, AdminRoles.Keepers),
        new(RegistryKind.Alert, "alerts", AdminRoles.All, AdminRoles.Keepers),
        new(RegistryKind.Approval, "approvals", AdminRoles.All, []),
        new(RegistryKind.Campaign, "campaigns", AdminRoles.UseReaders, []),
        new(RegistryKind.CampaignItem, "campaign-items", AdminRoles.UseReaders, []),
        new(RegistryKind.Case, "cases", AdminRoles.All, []),
        new(RegistryKind.SavedSearch, "saved-searches", [AdminRoles.Auditor], [AdminRoles.Auditor]),
        new(RegistryKind.AdminKey, "admin-keys", [AdminRoles.Admin, AdminRoles.Approver], [AdminRoles.Admin]),
    ];

    /// <summary>The one of a kind that has one.</summary>
    public static RegistryRoute Of(RegistryKind kind) => All.Single(route => route.Kind == kind);

    /// <summary>Singular noun in events and targets, such as <c>use-case</c>.</summary>
    public string Word => KindWord.Of(Kind);

    /// <summary>The entity.</summary>
    public Type Type => RegistryJson.TypeOf(Kind);
}

namespace PhiGateway.Policy.Registry;

/// <summary>Gives the path with which findings and registry files name an entity, such as <c>clients/acme</c>.</summary>
public static class RegistryPaths
{
    /// <summary>The collection's name in camelCase, such as <c>useCases</c>.</summary>
    public static string Of(RegistryKind kind) =>
        kind switch
        {
            RegistryKind.Organization => "organizations",
            RegistryKind.Agreement => "agreements",
            RegistryKind.UseCase => "useCases",
            RegistryKind.Client => "clients",
            RegistryKind.Credential => "credentials",
            RegistryKind.Roster => "rosters",
            RegistryKind.TaskGrant => "taskGrants",
            RegistryKind.Approval => "approvals",
            RegistryKind.Review => "reviews",
            RegistryKind.Alert => "alerts",
            RegistryKind.AdminKey => "adminKeys",
            RegistryKind.Campaign => "campaigns",
            RegistryKind.CampaignItem => "campaignItems",
            RegistryKind.Case => "cases",
            RegistryKind.SavedSearch => "savedSearches",
            _ => "unknown",
        };

    /// <summary>
    /// The path of one entity, such as <c>clients/acme</c>; an id that breaks the grammar is not repeated, since nobody knows what is in
    /// it.
    /// </summary>
    public static string Of(RegistryKind kind, string? id) => RegistryId.IsValid(id) ? $"{Of(kind)}/{id}" : $"{Of(kind)}/?";

    /// <summary>The kind of an entity; null for a type that is no registry entity.</summary>
    public static RegistryKind? KindOf(IRegistryEntity entity) =>
        entity switch
        {
            Organization => RegistryKind.Organization,
            Agreement => RegistryKind.Agreement,
            UseCase => RegistryKind.UseCase,
            Client => RegistryKind.Client,
            Credential => RegistryKind.Credential,
            Roster => RegistryKind.Roster,
            TaskGrant => RegistryKind.TaskGrant,
            Approval => RegistryKind.Approval,
            Review => RegistryKind.Review,
            Alert => RegistryKind.Alert,
            AdminKey => RegistryKind.AdminKey,
            Campaign => RegistryKind.Campaign,
            CampaignItem => RegistryKind.CampaignItem,
            AlertCase => RegistryKind.Case,
            SavedSearch => RegistryKind.SavedSearch,
            _ => null,
        };
}

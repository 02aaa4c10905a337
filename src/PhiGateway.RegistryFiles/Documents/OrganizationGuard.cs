using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;

namespace PhiGateway.RegistryFiles.Documents;

/// <summary>
/// Refuses a write that offboards an organization or brings it back: offboarding is a verb of its own, because it takes all clients with
/// it, and it is final.
/// </summary>
public static class OrganizationGuard
{
    /// <summary>The refusal of a write that would offboard an organization or bring one back; null when it does neither.</summary>
    /// <param name="current">What is stored.</param>
    /// <param name="next">What would be.</param>
    public static DocumentRefusal? Check(JsonObject current, Organization next)
    {
        var was = StatusOf(current);
        return (was == OrganizationStatus.Offboarded) == (next.Status == OrganizationStatus.Offboarded)
            ? null
            : DocumentRefusal.Invalid("/status", "managed", "An organization is offboarded by ':offboard', and offboarding is final.");
    }

    // From the member alone: the rest may be of a newer version. A word that is not known is no status that could be left by writing.
    private static OrganizationStatus StatusOf(JsonObject current)
    {
        try
        {
            return current["status"] is { } status
                ? status.Deserialize<OrganizationStatus>(RegistryJson.Options)
                : OrganizationStatus.Active;
        }
        catch (JsonException)
        {
            return OrganizationStatus.Offboarded;
        }
    }
}

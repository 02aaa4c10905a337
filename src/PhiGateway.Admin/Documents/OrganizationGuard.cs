using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Documents;

/// <summary>Offboarding is a verb of its own, because it takes all clients with it, and it is final.</summary>
internal static class OrganizationGuard
{
    public static AdminProblem? Check(JsonObject current, Organization next)
    {
        var was = current.Deserialize<Organization>(RegistryJson.Options)?.Status ?? OrganizationStatus.Active;
        return (was == OrganizationStatus.Offboarded) == (next.Status == OrganizationStatus.Offboarded)
            ? null
            : AdminProblem.Invalid("/status", "managed", "An organization is offboarded by ':offboard', and offboarding is final.");
    }
}

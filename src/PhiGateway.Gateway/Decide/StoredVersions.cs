using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Decide;

/// <summary>
/// Says which parts of a request change a resource that is already there, so that its stored version must be looked up before they are
/// decided.
/// </summary>
internal static class StoredVersions
{
    /// <summary>Whether any part changes a resource that the request names by its id, and its stored version can be read.</summary>
    public static bool AreNeeded(GatewayExchange exchange)
    {
        if (exchange.Understood.Api is { } api)
        {
            return api.Operation.StoredRead is not null;
        }

        foreach (var part in exchange.Request.Parts)
        {
            if (IsNeeded(part))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether this part changes a resource that the request names by its id.</summary>
    public static bool IsNeeded(AccessPart part) => part.Id is not null && ChangesSomething(part);

    /// <summary>Whether this part changes a resource, named or to be found.</summary>
    public static bool ChangesSomething(AccessPart part) =>
        part is { Role: PartRole.Target, Interaction: Interaction.Update or Interaction.Patch or Interaction.Delete };
}

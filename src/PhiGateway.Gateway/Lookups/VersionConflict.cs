using Microsoft.AspNetCore.Http;
using PhiGateway.Fhir.Resources;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Finds out, where a server says that a change conflicts (409), whether it conflicts with the version that the change is tied to: R4 lets a
/// server tell that by 409 as by 412, and a client reads again and repeats it at the latter alone.
/// </summary>
/// <remarks>
/// Security: the record is one that this client may change, so that its version is no secret. Any other conflict (an identifier that is taken, a
/// reference that holds what would be deleted) leaves the version as it was, and is told like every refused write.
/// </remarks>
internal sealed class VersionConflict(Fetch fetch)
{
    /// <summary>What is told then.</summary>
    public static StageResult Refusal =>
        StageResult.Refuse(DenyReason.UpstreamRejected, "upstream-409", StatusCodes.Status412PreconditionFailed);

    /// <summary>Whether somebody else was faster.</summary>
    /// <param name="exchange">The change, which was sent and answered.</param>
    /// <param name="status">With what it was answered.</param>
    public async ValueTask<bool> IsMetAsync(GatewayExchange exchange, int status)
    {
        var request = exchange.Request;
        if (
            status != StatusCodes.Status409Conflict
            || exchange.Settled.Version is not { } tied
            || request is not { Interaction: Interaction.Update or Interaction.Patch or Interaction.Delete, Id: { } id }
        )
        {
            return false;
        }

        using var fetched = await fetch.ReadAsync(exchange, $"/{request.Type.Name}/{id}");
        return fetched switch
        {
            // Taken away by somebody else.
            Fetched.Absent => true,
            Fetched.Found found => VersionOf(exchange, found) is { } version && version != tied,
            _ => false,
        };
    }

    private static string? VersionOf(GatewayExchange exchange, Fetched.Found found)
    {
        var facts = new ResourceFacts();
        return ResourceScanner.TryScanForDecision(found.Body.Span, exchange.Ingressed.Route.Language, facts)
            ? facts.VersionId ?? found.VersionId
            : null;
    }
}

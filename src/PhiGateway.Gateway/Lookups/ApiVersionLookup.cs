using PhiGateway.Apis;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Fetches what a write to a declared API would change, by the table's own row for reading it; the sibling of
/// <see cref="StoredVersionLookup"/>.
/// </summary>
internal sealed class ApiVersionLookup(Fetch fetch)
{
    private const string Detail = "stored-version";

    /// <summary>Fetches what the request changes.</summary>
    public async ValueTask<StageResult<StoredVersion>> FindAsync(GatewayExchange exchange, ApiRequest request)
    {
        using var fetched = await fetch.ReadAsync(exchange, ApiCallFactory.ReadStored(request));
        return fetched switch
        {
            Fetched.Found found => Read(exchange, request, found),
            Fetched.Absent => new StoredVersion(request.Meaning.Parts[0] with { StoredState = StoredState.Absent }, null),
            Fetched.Failed failed => StageResult.Refuse(failed.Reason, Detail),
            _ => StageResult.Refuse(DenyReason.Faulted, Detail),
        };
    }

    private static StageResult<StoredVersion> Read(GatewayExchange exchange, ApiRequest request, Fetched.Found found)
    {
        if (ApiAnswerFilter.ReadStored(request, found.Body, exchange.Ingressed.Route.Language.MaxDepth) is not { } stored)
        {
            return StageResult.Refuse(DenyReason.UnreadableAnswer, Detail);
        }

        // Under one patient's path another one's record does not exist.
        if (!request.AsksFor(stored.Owners))
        {
            return StageResult.Refuse(DenyReason.PatientNotFound, Detail);
        }

        return new StoredVersion(request.Meaning.Parts[0] with { StoredState = StoredState.Present, Stored = stored }, found.EntityTag);
    }
}

using PhiGateway.Apis;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Upstream;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Fetches what a write to a declared API would change, by the table's own row for reading it, and has the change decided over it; the
/// sibling of <see cref="StoredVersionGuard"/>.
/// </summary>
internal sealed class ApiVersionGuard(IUpstream upstream, GatewayOptions options)
{
    /// <summary>Fetches and decides; the exchange holds the permit when this continues.</summary>
    /// <returns>The entity tag that the write is tied to; null when the backend gives none.</returns>
    public async ValueTask<(StageResult Result, string? EntityTag)> DecideAsync(GatewayExchange exchange, ApiRequest request)
    {
        var sent = await upstream.SendAsync(ApiCallFactory.ReadStored(request), exchange, exchange.Http.RequestAborted);
        if (sent.Answer is not { } answer)
        {
            return (StageResult.Refuse(sent.Failure ?? DenyReason.UpstreamUnavailable, "stored-version"), null);
        }

        using (answer)
        {
            var part = request.Meaning.Parts[0];
            if (answer.Status is 404 or 410)
            {
                return (DecisionMaker.Decide(exchange, [part with { StoredState = StoredState.Absent }]), null);
            }

            if (answer.Status != 200)
            {
                return (StageResult.Refuse(DenyReason.UpstreamRefused, "stored-version"), null);
            }

            var stored = await ReadAsync(exchange, request, answer);
            if (stored is null)
            {
                return (StageResult.Refuse(DenyReason.UnreadableAnswer, "stored-version"), null);
            }

            // Under one patient's path another one's record does not exist.
            if (!request.AsksFor(stored.Owners))
            {
                return (StageResult.Refuse(DenyReason.PatientNotFound, "stored-version"), null);
            }

            // Whoever writes against a version must mean the one that was judged.
            var tag = answer.ETag?.ToString();
            if (request.Meaning.Headers.IfMatch is { } match && tag is not null && match != tag)
            {
                exchange.RefusalStatus = 412;
                return (StageResult.Refuse(DenyReason.UpstreamRejected, "version-changed"), null);
            }

            return (DecisionMaker.Decide(exchange, [part with { StoredState = StoredState.Present, Stored = stored }]), tag);
        }
    }

    private async ValueTask<ResourceFacts?> ReadAsync(GatewayExchange exchange, ApiRequest request, UpstreamAnswer answer)
    {
        using var body = new PooledBuffer(options.Limits.MaxAnswer);
        return await answer.TryReadAsync(body, exchange.Http.RequestAborted)
            ? ApiAnswerFilter.ReadStored(request, body.Written, exchange.Route!.Language.MaxDepth)
            : null;
    }
}

using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Answers.Versions;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Pipeline;
using PhiGateway.Policy.Decision;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Forward;

/// <summary>Fetches what an update, patch or delete would change, has the change decided over it, and ties the write to that very version.</summary>
internal sealed class StoredVersionGuard(IUpstream upstream, GatewayOptions options)
{
    private static readonly KeyValuePair<string, string>[] AcceptJson = [KeyValuePair.Create("Accept", "application/fhir+json")];

    /// <summary>Fetches and decides; the exchange holds the permit when this continues.</summary>
    /// <returns>For a single write, the version it is tied to; null when there is none yet.</returns>
    public async ValueTask<(StageResult Result, string? Version)> DecideAsync(GatewayExchange exchange)
    {
        var request = exchange.Request!;
        var parts = new List<AccessPart>(request.Parts.Count);
        string? version = null;
        foreach (var part in request.Parts)
        {
            if (!StoredVersions.IsNeeded(part))
            {
                parts.Add(part);
                continue;
            }

            var source = SourceOf(request, part);
            var (judged, found, refusal) = await LookUpAsync(exchange, part, source);
            if (judged is null)
            {
                return (StageResult.Refuse(refusal ?? DenyReason.UnreadableAnswer, "stored-version"), null);
            }

            // Whoever writes against a version must mean the one that was judged.
            if (found is not null && source.Headers.IfMatch is { } match && match != $"W/\"{found}\"")
            {
                exchange.RefusalStatus = 412;
                return (StageResult.Refuse(DenyReason.UpstreamRejected, "version-changed"), null);
            }

            if (found is not null && request.Entries.Count > 0 && source.Headers.IfMatch is null)
            {
                return (StageResult.Refuse(DenyReason.IfMatchRequired), null);
            }

            version = found;
            parts.Add(judged);
        }

        return (DecisionMaker.Decide(exchange, parts), request.Entries.Count == 0 ? version : null);
    }

    private static FhirRequest SourceOf(FhirRequest request, AccessPart part)
    {
        foreach (var entry in request.Entries)
        {
            if (entry.Parts.Contains(part))
            {
                return entry;
            }
        }

        return request;
    }

    private static bool Relabels(AccessPart part, FhirRequest source, ReadOnlySpan<byte> stored, PhiRoute route)
    {
        var changes = part.Interaction switch
        {
            Interaction.Update => StoredVersionComparer.Compare(stored, source.Body.Span, route.Fhir),
            Interaction.Patch when source.Headers.ContentType?.StartsWith("application/json-patch+json", StringComparison.OrdinalIgnoreCase) == true =>
                JsonPatchReader.Touches(source.Body.Span, part.Type),
            // Other patches are known by the elements they touch only: whatever lies near a label counts as one.
            Interaction.Patch => source.TouchedElements.Any(element => StoredVersionComparer.IsProtected(part.Type, element)) ? ProtectedChanges.Labels : ProtectedChanges.None,
            _ => ProtectedChanges.None,
        };
        return part.Relabels || changes != ProtectedChanges.None;
    }

    private async ValueTask<(AccessPart? Part, string? Version, DenyReason? Refusal)> LookUpAsync(GatewayExchange exchange, AccessPart part, FhirRequest source)
    {
        var call = new UpstreamCall("GET", $"/{part.Type.Name}/{part.Id}", null, default, AcceptJson);
        var sent = await upstream.SendAsync(call, exchange, exchange.Http.RequestAborted);
        if (sent.Answer is not { } answer)
        {
            return (null, null, sent.Failure);
        }

        using (answer)
        {
            if (answer.Status is 404 or 410)
            {
                return (part with { StoredState = StoredState.Absent }, null, null);
            }

            if (answer.Status != 200)
            {
                return (null, null, DenyReason.UpstreamRefused);
            }

            using var body = new PooledBuffer(options.Limits.MaxAnswer);
            try
            {
                await using var stream = await answer.OpenAsync(exchange.Http.RequestAborted);
                if (stream is null || !await body.TryReadAsync(stream, exchange.Http.RequestAborted))
                {
                    return (null, null, DenyReason.UnreadableAnswer);
                }
            }
            catch (Exception fault) when (fault is HttpRequestException or IOException or InvalidDataException or InvalidOperationException)
            {
                return (null, null, DenyReason.UnreadableAnswer);
            }

            var facts = new ResourceFacts();
            if (!ResourceScanner.TryScanForDecision(body.Written.Span, exchange.Route!.Fhir, facts) || facts.Type != part.Type || facts.Id != part.Id)
            {
                return (null, null, DenyReason.UnreadableAnswer);
            }

            var relabels = Relabels(part, source, body.Written.Span, exchange.Route);
            return (part with { StoredState = StoredState.Present, Stored = facts, Relabels = relabels }, facts.VersionId, null);
        }
    }
}

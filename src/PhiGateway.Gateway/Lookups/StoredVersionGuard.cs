using PhiGateway.Fhir.Changes;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Upstream;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Fetches what an update, patch or delete would change, has the change decided over it, and ties the write to that very version.
/// </summary>
internal sealed class StoredVersionGuard(IUpstream upstream, GatewayOptions options)
{
    /// <summary>Fetches and decides; the exchange holds the permit when this continues.</summary>
    /// <returns>The version that the write is tied to; null when there is none yet.</returns>
    public async ValueTask<(StageResult Result, string? Version)> DecideAsync(GatewayExchange exchange)
    {
        // A request of its own and an entry of a bundle alike change one resource.
        var request = exchange.Request!;
        var parts = request.Parts.ToArray();
        var place = Array.FindIndex(parts, StoredVersions.IsNeeded);
        var (judged, version, refusal) = await LookUpAsync(exchange, parts[place], request);
        if (judged is null)
        {
            return (StageResult.Refuse(refusal ?? DenyReason.UnreadableAnswer, "stored-version"), null);
        }

        if (judged is { StoredState: StoredState.Absent, Interaction: Interaction.Update } && !exchange.Route!.UpdateCreates)
        {
            // Told as a record is that is somebody else's.
            return (StageResult.Refuse(DenyReason.PatientNotFound, "update-creates"), null);
        }

        parts[place] = judged;
        var decided = DecisionMaker.Decide(exchange, parts);
        if (decided.IsRefused(out _))
        {
            return (decided, null);
        }

        // Only to one who may change it is it said that the version is another: whoever writes against a version must mean the one that was
        // judged,
        // and what a condition had found, or not found, must still be so.
        var isStale = version is not null && request.Headers.IfMatch is { } match && match != $"W/\"{version}\"";
        var isGone = exchange.Expected != StoredState.Unknown && exchange.Expected != judged.StoredState;
        if (isStale || isGone)
        {
            exchange.Permit = null;
            return (StageResult.Refuse(DenyReason.VersionChanged), null);
        }

        return (StageResult.Continue, version);
    }

    private static bool Relabels(AccessPart part, FhirRequest source, ReadOnlySpan<byte> stored, PhiRoute route)
    {
        var changes = part.Interaction switch
        {
            Interaction.Update => StoredVersionComparer.Compare(stored, source.Body.Span, route.Language),
            Interaction.Patch
                when source.Headers.ContentType?.StartsWith("application/json-patch+json", StringComparison.OrdinalIgnoreCase) == true =>
                JsonPatchReader.Touches(source.Body.Span, part.Type),
            // Other patches are known by the elements they touch only: whatever lies near a label counts as one.
            Interaction.Patch => source.TouchedElements.Any(element => StoredVersionComparer.IsProtected(part.Type, element))
                ? ProtectedChanges.Labels
                : ProtectedChanges.None,
            _ => ProtectedChanges.None,
        };
        if (part.Interaction == Interaction.Patch)
        {
            // Replacing what holds a label takes it away, whatever the form of the patch.
            changes |=
                StoredVersionComparer.HoldsInlineLabel(stored, source.TouchedElements)
                || StoredVersionComparer.HoldsInlineLabel(source.Body.Span, null)
                    ? ProtectedChanges.Labels
                    : ProtectedChanges.None;
        }

        // What is tested is not changed; whether this client may ask is decided by what it may read.
        return part.Relabels || (changes & ~ProtectedChanges.Test) != ProtectedChanges.None;
    }

    private async ValueTask<(AccessPart? Part, string? Version, DenyReason? Refusal)> LookUpAsync(
        GatewayExchange exchange,
        AccessPart part,
        FhirRequest source
    )
    {
        var sent = await upstream.SendAsync(SideReads.To($"/{part.Type.Name}/{part.Id}"), exchange, exchange.Http.RequestAborted);
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
            if (!await answer.TryReadAsync(body, exchange.Http.RequestAborted))
            {
                return (null, null, DenyReason.UnreadableAnswer);
            }

            var facts = new ResourceFacts();
            if (
                !ResourceScanner.TryScanForDecision(body.Written.Span, exchange.Route!.Language, facts)
                || facts.Type != part.Type
                || facts.Id != part.Id
            )
            {
                return (null, null, DenyReason.UnreadableAnswer);
            }

            var relabels = Relabels(part, source, body.Written.Span, exchange.Route);
            return (part with { StoredState = StoredState.Present, Stored = facts, Relabels = relabels }, facts.VersionId, null);
        }
    }
}

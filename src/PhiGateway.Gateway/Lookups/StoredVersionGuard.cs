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

    // What is stored, with what the write would make of it.
    private (AccessPart? Part, DenyReason? Refusal) Compare(GatewayExchange exchange, AccessPart part, ReadOnlyMemory<byte> stored)
    {
        var (request, context) = (exchange.Request!, exchange.Route!.Language);
        switch (part.Interaction)
        {
            case Interaction.Update:
                var changes = StoredVersionComparer.Compare(stored.Span, request.Body.Span, context);
                return (part with { Relabels = part.Relabels || changes != ProtectedChanges.None }, null);
            case Interaction.Patch when request.Patch is { IsAppliedHere: true } patch:
                return Apply(exchange, patch, part, stored);
            case Interaction.Patch:
                // It is applied upstream: whatever lies near a label counts as one, and replacing what holds one takes it away.
                var touched = request.Patch?.Touched ?? [];
                var relabels =
                    touched.Any(element => StoredVersionComparer.IsProtected(part.Type, element))
                    || StoredVersionComparer.HoldsInlineLabel(stored.Span, touched)
                    || StoredVersionComparer.HoldsInlineLabel(request.Body.Span, null);
                return (part with { Relabels = part.Relabels || relabels }, null);
            default:
                return (part, null);
        }
    }

    private (AccessPart? Part, DenyReason? Refusal) Apply(
        GatewayExchange exchange,
        PatchMeaning patch,
        AccessPart part,
        ReadOnlyMemory<byte> stored
    )
    {
        var patched = PatchedVersion.Of(patch, stored, exchange.Route!.Language, options.Limits.MaxAnswer);
        if (patched.Facts is null)
        {
            // That it cannot be applied tells of what is stored: first it is asked whether this client may change it at all.
            return
                DecisionMaker.Ask(
                    exchange,
                    [.. exchange.Request!.Parts.Select(other => other.Id == part.Id && other.Role == part.Role ? part : other)]
                )
                    is Deny deny
                ? (null, deny.Reason)
                : (null, patched.Outcome == PatchOutcome.TooLarge ? DenyReason.BodyTooLarge : DenyReason.PatchNotApplicable);
        }

        exchange.Request = exchange.Request!.WithPatched(patched.Body);
        return (part with { Body = patched.Facts, Relabels = part.Relabels || patched.Changes != ProtectedChanges.None }, null);
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

            var known = part with { StoredState = StoredState.Present, Stored = facts };
            if (source.Patch is { IsAppliedHere: true } && facts.VersionId is null)
            {
                // Without a version, what others write meanwhile would be undone by the result.
                return (null, null, DenyReason.UnreadableAnswer);
            }

            var (judged, refusal) = Compare(exchange, known, body.Written);
            return (judged, facts.VersionId, refusal);
        }
    }
}

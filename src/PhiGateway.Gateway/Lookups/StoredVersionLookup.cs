using PhiGateway.Fhir.Changes;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>Fetches what an update, patch or delete would change, for Settle to decide over.</summary>
internal sealed class StoredVersionLookup(Fetch fetch)
{
    private const string Detail = "stored-version";

    /// <summary>Fetches what a part of the exchange's request changes.</summary>
    /// <param name="exchange">A request of its own, or an entry of a bundle.</param>
    /// <param name="part">The part that names the resource by its id.</param>
    public async ValueTask<StageResult<StoredVersion>> FindAsync(GatewayExchange exchange, AccessPart part)
    {
        using var fetched = await fetch.ReadAsync(exchange, $"/{part.Type.Name}/{part.Id}");
        return fetched switch
        {
            Fetched.Found found => Read(exchange, part, found.Body.Span),
            Fetched.Absent => new StoredVersion(part with { StoredState = StoredState.Absent }, null),
            Fetched.Failed failed => StageResult.Refuse(failed.Reason, Detail),
            _ => StageResult.Refuse(DenyReason.Faulted, Detail),
        };
    }

    private static StageResult<StoredVersion> Read(GatewayExchange exchange, AccessPart part, ReadOnlySpan<byte> stored)
    {
        var route = exchange.Ingressed.Route;
        var facts = new ResourceFacts();
        if (!ResourceScanner.TryScanForDecision(stored, route.Language, facts) || facts.Type != part.Type || facts.Id != part.Id)
        {
            return StageResult.Refuse(DenyReason.UnreadableAnswer, Detail);
        }

        var relabels = Relabels(part, exchange.Request, stored, route);
        return new StoredVersion(part with { StoredState = StoredState.Present, Stored = facts, Relabels = relabels }, facts.VersionId);
    }

    private static bool Relabels(AccessPart part, FhirRequest source, ReadOnlySpan<byte> stored, PhiRoute route)
    {
        var changes = part.Interaction switch
        {
            Interaction.Update => StoredVersionComparer.Compare(stored, source.Body.Span, route.Language),
            Interaction.Patch
                when source.Headers.ContentType?.StartsWith(KnownMediaTypes.JsonPatch, StringComparison.OrdinalIgnoreCase) == true =>
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
}

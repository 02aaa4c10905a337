using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Settle;

/// <summary>Decides an update, patch or delete over the version that it would change, and ties the write to that very version.</summary>
internal sealed class StoredVersionGuard(StoredVersionLookup storedVersions)
{
    /// <summary>Fetches and decides; for a request of its own and for an entry of a bundle alike, which changes one resource.</summary>
    public async ValueTask<StageResult<Settled>> DecideAsync(GatewayExchange exchange)
    {
        var request = exchange.Request;
        var parts = request.Parts.ToArray();
        var place = Array.FindIndex(parts, StoredVersions.IsNeeded);
        var stored = await storedVersions.FindAsync(exchange, parts[place]);
        if (!stored.Continues)
        {
            return stored.Result;
        }

        parts[place] = stored.Value.Part;
        if (parts[place] is { StoredState: StoredState.Absent, Interaction: Interaction.Update } && !exchange.Ingressed.Route.UpdateCreates)
        {
            // Told as a record is that is somebody else's.
            return StageResult.Refuse(DenyReason.PatientNotFound, "update-creates");
        }

        var decided = DecisionMaker.Decide(exchange, parts);
        var sent = stored.Value.Request;
        if (decided.Result.Refusal == DenyReason.RelabelNotPermitted && stored.Value.Keeping is { } keeping)
        {
            // Who may not change what the record is marked with, and says nothing of it, leaves it as it is.
            parts[place] = keeping.Part;
            sent = keeping.Request;
            var kept = DecisionMaker.Decide(exchange, parts);
            decided = kept.Continues ? kept : decided;
        }

        if (!decided.Continues)
        {
            return decided.Result;
        }

        // Only to one who may change it is it said that the version is another: whoever writes against a version must mean the one that was
        // judged, and what a condition had found, or not found, must still be so.
        var version = stored.Value.Version;
        var isStale = version is not null && request.Headers.IfMatch is { } match && match != $"W/\"{version}\"";
        var isGone = exchange.Expected != StoredState.Unknown && exchange.Expected != parts[place].StoredState;
        return isStale || isGone
            ? StageResult.Refuse(DenyReason.VersionChanged)
            : new Settled(decided.Value, version)
            {
                Request = sent,
                Parts = parts,
                StoredFiles = stored.Value.Files,
                StoredNames = stored.Value.Names,
                MayGoAsPatch = stored.Value.AsPatch is { } asPatch && MayGo(exchange, parts, place, asPatch),
            };
    }

    // What a server makes of a patch is not seen here: its result was decided over, and besides whatever its elements could hold.
    private static bool MayGo(GatewayExchange exchange, AccessPart[] parts, int place, AccessPart asPatch)
    {
        AccessPart[] asked = [.. parts];
        asked[place] = asPatch;
        return DecisionMaker.Decide(exchange, asked).Continues;
    }
}

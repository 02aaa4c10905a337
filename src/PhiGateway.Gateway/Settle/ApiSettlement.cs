using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Settle;

/// <summary>Settles a request to a declared API: a change is decided over the record that it changes.</summary>
internal sealed class ApiSettlement(ApiVersionLookup storedVersions)
{
    /// <summary>The permit, tied to the entity tag of what was read.</summary>
    public async ValueTask<StageResult<Settled>> SettleAsync(GatewayExchange exchange)
    {
        var request = exchange.Understood.DeclaredApi;
        if (exchange.Understood.Continuation is not null || !StoredVersions.AreNeeded(exchange))
        {
            return new Settled(exchange.Permit);
        }

        var stored = await storedVersions.FindAsync(exchange, request);
        if (!stored.Continues)
        {
            return stored.Result;
        }

        // Where a new one was meant and one is there, it would be written over: that is an update.
        var part = stored.Value.Part;
        AccessPart[] parts =
        [
            part is { Interaction: Interaction.Create, StoredState: StoredState.Present }
                ? part with
                {
                    Interaction = Interaction.Update,
                }
                : part,
        ];
        var decided = DecisionMaker.Decide(exchange, parts);
        if (!decided.Continues)
        {
            return decided.Result;
        }

        // Only to one who may change it is it said that the version is another, or that none is left: whoever writes against a version must
        // mean the one that was judged, and makes no new record (RFC 9110, 13.1.1).
        var tag = stored.Value.Version;
        var isGone = parts[0] is { Interaction: Interaction.Create };
        return request.Meaning.Headers.IfMatch is { } match && (isGone || (tag is not null && match != tag))
            ? StageResult.Refuse(DenyReason.UpstreamRejected, "version-changed", 412)
            : new Settled(decided.Value, tag) { Parts = parts };
    }
}

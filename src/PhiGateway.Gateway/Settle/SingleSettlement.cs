using PhiGateway.Fhir;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Settle;

/// <summary>
/// Settles one FHIR request, or one entry of a batch: looks up what a condition matches and what a change overwrites, and decides over both.
/// </summary>
internal sealed class SingleSettlement(
    StoredVersionGuard storedVersions,
    StartingRecordGuard startingRecords,
    TargetAttribution targets,
    ConditionSearch conditions,
    WalkSearch walks
)
{
    /// <summary>The permit under which it goes; what a condition came to is kept in the exchange.</summary>
    public ValueTask<StageResult<Settled>> SettleAsync(GatewayExchange exchange)
    {
        if (exchange.Request.OwnCondition is { } condition)
        {
            return ResolveAsync(exchange, exchange.Request, condition.Search);
        }

        if (TargetAttribution.IsNeeded(exchange))
        {
            return AttributeAsync(exchange);
        }

        if (StoredVersions.AreNeeded(exchange))
        {
            return storedVersions.DecideAsync(exchange);
        }

        if (StartingRecordGuard.IsNeeded(exchange, exchange.Permit))
        {
            return startingRecords.SettleAsync(exchange, exchange.Permit);
        }

        return WalkSearch.IsNeeded(exchange, exchange.Permit)
            ? walks.SettleAsync(exchange, exchange.Permit)
            : new(new Settled(exchange.Permit));
    }

    private async ValueTask<StageResult<Settled>> AttributeAsync(GatewayExchange exchange)
    {
        var request = exchange.Request;
        var completed = await targets.CompleteAsync(exchange, request.Parts, request.Body);
        if (!completed.Continues)
        {
            return completed;
        }

        if (StoredVersions.AreNeeded(exchange))
        {
            return await storedVersions.DecideAsync(exchange);
        }

        var decided = DecisionMaker.Decide(exchange, request.Parts);
        return decided.Continues ? new Settled(decided.Value) : decided.Result;
    }

    private async ValueTask<StageResult<Settled>> ResolveAsync(GatewayExchange exchange, FhirRequest write, FhirRequest search)
    {
        // 1. What the condition matches, for this client.
        var found = await conditions.RunAsync(exchange, search);
        if (!found.Continues)
        {
            return found.Result;
        }

        var (ids, permit, made) = found.Value;
        if (ids.Count > 1)
        {
            return StageResult.Refuse(DenyReason.ConditionAmbiguous);
        }

        // 2. The plain request that the write comes to.
        if ((ids.Count == 1 ? ConditionalWrite.OnMatch(write, ids[0]) : ConditionalWrite.OnNone(write)) is not { } form)
        {
            if (write.Interaction == Interaction.Delete)
            {
                // R4 3.1.0.7.1: no match, or one, is an ordinary deletion, here as in a transaction; of nothing, it is done.
                return new Settled(permit) { IsIdle = true, Parts = search.Parts };
            }

            // A patch of nothing is one of something missing; a version of nothing cannot be met.
            return StageResult.Refuse(
                write.Interaction == Interaction.Update ? DenyReason.VersionChanged : DenyReason.NotFoundOrWithheld,
                "condition-matches-nothing"
            );
        }

        var reading = ConditionalWrite.Read(form, write, exchange.Ingressed.Route.Language);
        if (!reading.TryGet(out var plain, out var unread))
        {
            return StageResult.Refuse(unread, reading.Detail);
        }

        var completed = await targets.CompleteAsync(exchange, plain.Parts, plain.Body);
        if (!completed.Continues)
        {
            return completed;
        }

        // 3. The decision over that.
        switch (plain.Interaction)
        {
            case Interaction.Read:
                // It may show what the search may show.
                exchange.Resolve(new Resolved(plain));
                return new Settled(permit) { Parts = search.Parts };
            case Interaction.Create:
                exchange.Resolve(new Resolved(plain));
                return Create(exchange, write, new OwnSearch(made, permit));
            default:
                exchange.Resolve(new Resolved(plain, ids.Count == 1 ? StoredState.Present : StoredState.Absent));
                return await SettleAsync(exchange);
        }
    }

    // What no condition matched is made anew: under the right to update where that was asked for (R4 3.1.0.4.3), under a name that the
    // server chooses.
    private static StageResult<Settled> Create(GatewayExchange exchange, FhirRequest write, OwnSearch unless)
    {
        var part = exchange.Request.Parts[0];
        if (write.Interaction == Interaction.Update)
        {
            part = part with { Interaction = Interaction.Update, StoredState = StoredState.Absent };
        }

        var decided = DecisionMaker.Decide(exchange, [part]);
        return decided.Continues ? new Settled(decided.Value, null, unless) { Parts = [part] } : decided.Result;
    }
}

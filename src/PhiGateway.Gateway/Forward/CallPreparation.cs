using System.Runtime.CompilerServices;
using PhiGateway.Fhir;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Forward;

/// <summary>
/// Makes the one call of a request, or of an entry of a batch: looks up what a condition matches and what a change overwrites, and decides
/// over both.
/// </summary>
internal sealed class CallPreparation(StoredVersionGuard storedVersions, ConditionSearch conditions, WalkSearch walks)
{
    /// <summary>The call; the exchange holds the permit under which it goes.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<PreparedCall> PrepareAsync(GatewayExchange exchange)
    {
        if (exchange.Request!.OwnCondition is { } condition)
        {
            return await ResolveAsync(exchange, exchange.Request, condition.Search);
        }

        var (decided, version) = StoredVersions.AreNeeded(exchange)
            ? await storedVersions.DecideAsync(exchange)
            : (StageResult.Continue, null);
        if (decided.IsRefused(out _))
        {
            return PreparedCall.Refused(decided);
        }

        return
            exchange.Continuation is null or { IsStart: true } && await ResolveWalksAsync(exchange) is var walked && walked.IsRefused(out _)
            ? PreparedCall.Refused(walked)
            : Write(exchange, version);
    }

    /// <summary>Puts what the request's chains walk over in their place, where they may not go upstream.</summary>
    public ValueTask<StageResult> ResolveWalksAsync(GatewayExchange exchange) =>
        UpstreamCallFactory.ResolvesWalks(exchange.Permit!) ? LookUpWalksAsync(exchange) : new(StageResult.Continue);

    private async ValueTask<StageResult> LookUpWalksAsync(GatewayExchange exchange)
    {
        var walked = await walks.ResolveAsync(exchange, exchange.Request!, exchange.Permit!);
        if (walked.Search is not { } plain)
        {
            return StageResult.Refuse(walked.Refusal ?? DenyReason.ChainTooBroad, "chain");
        }

        exchange.Request = plain;
        exchange.WalkedParameters = walked.Added;
        return StageResult.Continue;
    }

    // Behind a handle, the place that the upstream named.
    private static PreparedCall Write(GatewayExchange exchange, string? version)
    {
        if (UpstreamCallFactory.FindConflict(exchange.Request!, exchange.Permit!) is { } conflict)
        {
            return PreparedCall.Refused(conflict);
        }

        var call = exchange.Continuation is { IsStart: false } continuation
            ? continuation.ToCall()
            : UpstreamCallFactory.Create(exchange.Request!, exchange.Permit!);
        return PreparedCall.Of(Tie(call, exchange.Request!, version));
    }

    /// <summary>The call, for that version only; a client's own version was compared with it before.</summary>
    public static UpstreamCall Tie(UpstreamCall call, FhirRequest request, string? version) =>
        version is null || request.Headers.IfMatch is not null
            ? call
            : call with
            {
                Headers = [.. call.Headers, KeyValuePair.Create("If-Match", $"W/\"{version}\"")],
            };

    /// <summary>The read of what a conditional create found: it may show what the search may show.</summary>
    public static UpstreamCall Find(GatewayExchange exchange, ConditionMatches found)
    {
        var write = exchange.Conditional!;
        if (
            !ConditionalWrite
                .Read(ConditionalWrite.OnMatch(write, found.Ids[0]), write, exchange.Route!.Language)
                .TryGet(out var plain, out _)
        )
        {
            throw new InvalidOperationException("A read of a type and an id is always one.");
        }

        exchange.Request = plain;
        exchange.Permit = found.Permit;
        return UpstreamCallFactory.Create(plain, found.Permit!);
    }

    private async ValueTask<PreparedCall> ResolveAsync(GatewayExchange exchange, FhirRequest write, FhirRequest search)
    {
        var found = await conditions.RunAsync(exchange, search);
        if (found.Refusal is { } refusal)
        {
            return PreparedCall.Refused(refusal, "condition");
        }

        if (found.Ids.Count > 1)
        {
            return PreparedCall.Refused(DenyReason.ConditionAmbiguous);
        }

        var isMatch = found.Ids.Count == 1;
        if ((isMatch ? ConditionalWrite.OnMatch(write, found.Ids[0]) : ConditionalWrite.OnNone(write)) is not { } form)
        {
            // A patch or a delete of nothing is one of something missing; a version of nothing cannot be met.
            return PreparedCall.Refused(
                write.Interaction == Interaction.Update ? DenyReason.VersionChanged : DenyReason.NotFoundOrWithheld,
                "condition-matches-nothing"
            );
        }

        var reading = ConditionalWrite.Read(form, write, exchange.Route!.Language);
        if (!reading.TryGet(out var plain, out var unread))
        {
            return PreparedCall.Refused(unread, reading.Detail);
        }

        exchange.Conditional = write;
        exchange.Request = plain;
        switch (plain.Interaction)
        {
            case Interaction.Read:
                return PreparedCall.Of(Find(exchange, found));
            case Interaction.Create:
                return Create(exchange, write, found.Search!, found.Permit!);
            default:
                exchange.Expected = isMatch ? StoredState.Present : StoredState.Absent;
                return await PrepareAsync(exchange);
        }
    }

    // What no condition matched is made anew: under the right to update where that was asked for (R4 3.1.0.4.3), under a name that the
    // server chooses.
    private static PreparedCall Create(GatewayExchange exchange, FhirRequest write, FhirRequest search, Permit permit)
    {
        var part = exchange.Request!.Parts[0];
        var decided = DecisionMaker.Decide(
            exchange,
            [
                write.Interaction == Interaction.Update
                    ? part with
                    {
                        Interaction = Interaction.Update,
                        StoredState = StoredState.Absent,
                    }
                    : part,
            ]
        );
        return decided.IsRefused(out _)
            ? PreparedCall.Refused(decided)
            : PreparedCall.OfCreation(UpstreamCallFactory.Create(exchange.Request, exchange.Permit!), search, permit);
    }
}

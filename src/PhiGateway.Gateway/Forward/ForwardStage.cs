using System.Runtime.CompilerServices;
using PhiGateway.Apis;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Identify;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Gateway.Trail;
using PhiGateway.Gateway.Upstream;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Forward;

/// <summary>Sends exactly what was allowed; a write only after its intent is durable.</summary>
internal sealed class ForwardStage(
    IUpstream upstream,
    CallPreparation calls,
    ApiVersionGuard apiVersions,
    TransactionPreparation transactions,
    ConditionSearch conditions,
    TaskCounter tasks,
    AuditTrail trail
) : IStage
{
    public string Name => "Forward";

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<StageResult> RunAsync(GatewayExchange exchange)
    {
        // The gateway speaks for itself: there is nothing to ask of the upstream. And of a batch each entry goes by itself, just before its
        // answer is judged.
        if (Discovery.IsPublic(exchange) || exchange.Request!.Interaction == Interaction.Batch)
        {
            return StageResult.Continue;
        }

        // 1. The facts that only the upstream has, the decision over them, and the call: from the canonical request and the permit's
        // obligations.
        var prepared =
            exchange.Api is { } api ? await PrepareAsync(exchange, api)
            : exchange.Request.Interaction == Interaction.Transaction ? await transactions.PrepareAsync(exchange)
            : await calls.PrepareAsync(exchange);
        if (prepared.Call is not { } call)
        {
            return prepared.Result;
        }

        // 2. Tasks that may be used so many times are used once more.
        var taken = await tasks.TakeAsync(exchange);
        if (taken.IsRefused(out _))
        {
            return taken;
        }

        // 3. A write's intent, durable before the upstream hears of it.
        if (exchange.IsWrite)
        {
            var recorded = await trail.RecordIntentAsync(exchange);
            if (recorded.IsRefused(out _))
            {
                return recorded;
            }
        }

        // 4. Away with it.
        var sent = await SendAsync(exchange, call);
        if (sent.IsRefused(out _) || prepared.Unless is not { } unless || exchange.Answer!.Status is not (200 or 412))
        {
            return sent;
        }

        // 5. Something matched after all. What this client may see was not there a moment ago: is it now?
        var found = await conditions.RecognizeAsync(exchange, unless, exchange.Answer);
        exchange.Answer.Dispose();
        if (found.Refusal is { } refusal)
        {
            return StageResult.Refuse(refusal, "condition");
        }

        // 6. It is: a creation has its match; an update would have to begin anew. It is not: what matched is not this client's to know of,
        // so the creation goes without the condition.
        return found.Ids.Count switch
        {
            0 => await SendAsync(exchange, prepared.Plain!),
            1 when exchange.Conditional!.Interaction == Interaction.Create => await SendAsync(
                exchange,
                CallPreparation.Find(exchange, found)
            ),
            _ => StageResult.Refuse(found.Ids.Count == 1 ? DenyReason.VersionChanged : DenyReason.ConditionAmbiguous, "condition-raced"),
        };
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<StageResult> SendAsync(GatewayExchange exchange, UpstreamCall call)
    {
        var sent = await upstream.SendAsync(call, exchange, exchange.Http.RequestAborted);
        exchange.Answer = sent.Answer;
        return sent.Answer is null ? StageResult.Refuse(sent.Failure ?? DenyReason.UpstreamUnavailable) : StageResult.Continue;
    }

    private async ValueTask<PreparedCall> PrepareAsync(GatewayExchange exchange, ApiRequest request)
    {
        if (exchange.Continuation is { } continuation)
        {
            return PreparedCall.Of(ApiCallFactory.Page(continuation.Page.Place));
        }

        var (decided, tag) = StoredVersions.AreNeeded(exchange)
            ? await apiVersions.DecideAsync(exchange, request)
            : (StageResult.Continue, null);
        return decided.IsRefused(out _)
            ? PreparedCall.Refused(decided)
            : PreparedCall.Of(ApiCallFactory.Create(request, tag, exchange.Permit));
    }
}

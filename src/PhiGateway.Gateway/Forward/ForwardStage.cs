using System.Runtime.CompilerServices;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Admit;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Gateway.Trail;
using PhiGateway.Gateway.Upstream;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Forward;

/// <summary>
/// The Forward stage of the pipeline: writes the settled request as one upstream call, sends it and fills the exchange with the reply. Task
/// uses are counted, owners told and the intent of a write made durable before anything goes.
/// </summary>
internal sealed class ForwardStage(
    IUpstream upstream,
    ConditionSearch conditions,
    TaskCounter tasks,
    OwnerNotice notice,
    AuditTrail trail,
    AnswerBuffers buffers,
    HandleIssuer handles,
    StillOpen still
) : IStage
{
    // A transaction is written beside the bodies of its entries, and once more when it is done.
    private const int TimesWritten = 2;

    public string Name => "Forward";

    public ValueTask<StageResult> RunAsync(GatewayExchange exchange) =>
        exchange.Kind switch
        {
            // The gateway speaks for itself: there is nothing to ask of the upstream. And of a batch each entry goes by itself, just before
            // its answer is judged.
            RequestKind.PublicDocument or RequestKind.Batch => new(StageResult.Continue),
            RequestKind.Single or RequestKind.Transaction or RequestKind.Export or RequestKind.DeclaredApi => ForwardAsync(exchange),
            _ => new(StageResult.Refuse(DenyReason.Faulted, "kind")),
        };

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<StageResult> ForwardAsync(GatewayExchange exchange)
    {
        if (exchange is { Kind: RequestKind.Transaction, Entries.Count: 0 })
        {
            // Every entry was found to have nothing to do.
            return Keep(exchange, CallWriter.NothingDone());
        }

        if (exchange.Settled.IsIdle)
        {
            return Keep(exchange, CallWriter.NothingDeleted());
        }

        // 1. The call, and room for a transaction that is written anew: patches may have made it far larger than what was sent.
        if (exchange.Kind == RequestKind.Transaction)
        {
            exchange.Hold(buffers.Take(exchange, TimesWritten * CallWriter.LengthOf(exchange)));
        }

        if (exchange is { Kind: RequestKind.Export, Asked.Interaction: Interaction.Export } && !handles.HasRoomForJob(exchange))
        {
            return StageResult.Refuse(DenyReason.RequestTooCostly, "job-handle");
        }

        var written = CallWriter.Write(exchange);
        if (!written.Continues)
        {
            return written.Result;
        }

        // 2. Tasks that may be used so many times are used once more; that of the token was, when the request was admitted.
        var taken = await tasks.TakeAsync(exchange);
        if (!taken.Continues)
        {
            return taken;
        }

        // 3. Of an emergency its owner is told.
        var told = await notice.GiveAsync(exchange);
        if (!told.Continues)
        {
            return told;
        }

        // 4. A write's intent, durable before the upstream hears of it.
        if (exchange.IsWrite)
        {
            var recorded = await trail.RecordIntentAsync(exchange);
            if (!recorded.Continues)
            {
                return recorded;
            }
        }

        // 5. Away with it, if a door has not closed meanwhile: telling, counting and recording may have taken their time.
        if (FindClosed(exchange) is { } closed)
        {
            return closed;
        }

        var reply = await upstream.SendAsync(written.Value, exchange, exchange.Http.RequestAborted);
        for (var hops = 0; hops < FileRedirects.Most && FileRedirects.Find(exchange, reply) is { } further; hops++)
        {
            reply.Answer.Value.Dispose();
            reply = await upstream.SendAsync(further, exchange, exchange.Http.RequestAborted);
        }

        if (reply.Status is 405 or 501 && CallWriter.MayGoAsPatch(exchange))
        {
            return await PatchAsync(exchange, reply);
        }

        return exchange.Settled.Unless is { } unless && reply.Status is 200 or 412
            ? await RaceAsync(exchange, unless.Request, reply)
            : Keep(exchange, reply);
    }

    // What changes something is asked about once more right before it goes; what is read is asked about before it leaves.
    private StageResult? FindClosed(GatewayExchange exchange)
    {
        if (!exchange.IsWrite || still.Ask(exchange) is not { Continues: false } closed)
        {
            return null;
        }

        return Keep(exchange, new UpstreamReply(closed, Destination: null, WasSent: false));
    }

    private static StageResult Keep(GatewayExchange exchange, UpstreamReply reply)
    {
        exchange.Fill(new Forwarded(reply));
        if (reply.Status is 429 or 503)
        {
            exchange.UpstreamWait = reply.Answer.Value.WaitAt(exchange.Now);
        }

        return reply.Answer.Continues ? StageResult.Continue : reply.Answer.Result;
    }

    // It takes patches and no updates: nothing was changed, and the patch itself is for the same version that its result was judged over.
    private async ValueTask<StageResult> PatchAsync(GatewayExchange exchange, UpstreamReply reply)
    {
        reply.Answer.Value.Dispose();
        var call = CallWriter.WritePatch(exchange);
        exchange.Hold(buffers.Take(exchange, call.Body.Length));
        return FindClosed(exchange) ?? await SendAsync(exchange, call);
    }

    // Something matched after all. What this client may see was not there a moment ago: is it now?
    private async ValueTask<StageResult> RaceAsync(GatewayExchange exchange, FhirRequest search, UpstreamReply reply)
    {
        var found = await conditions.RecognizeAsync(exchange, search, reply.Answer.Value);
        var write = exchange.Conditional;
        if (found.Continues && found.Value.Ids.Count == 0)
        {
            // It is not: what matched is not this client's to know of, so the creation goes without the condition.
            reply.Answer.Value.Dispose();
            return FindClosed(exchange) ?? await SendAsync(exchange, CallWriter.WritePlain(exchange));
        }

        if (found.Continues && found.Value.Ids is [var id] && write is { Interaction: Interaction.Create })
        {
            // It is: a creation has its match.
            reply.Answer.Value.Dispose();
            return FindClosed(exchange) ?? await SendAsync(exchange, CallWriter.WriteFound(exchange, write, id, found.Value.Permit));
        }

        Keep(exchange, reply);
        if (!found.Continues)
        {
            return found.Result;
        }

        // An update would have to begin anew.
        return StageResult.Refuse(
            found.Value.Ids.Count == 1 ? DenyReason.VersionChanged : DenyReason.ConditionAmbiguous,
            "condition-raced"
        );
    }

    private async ValueTask<StageResult> SendAsync(GatewayExchange exchange, UpstreamCall call) =>
        Keep(exchange, await upstream.SendAsync(call, exchange, exchange.Http.RequestAborted));
}

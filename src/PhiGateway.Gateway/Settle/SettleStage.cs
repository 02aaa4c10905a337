using System.Runtime.CompilerServices;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Settle;

/// <summary>
/// The Settle stage of the pipeline: looks up upstream what a change would overwrite and what a condition matches, and decides the request
/// over these facts. Comes after Admit, so that only admitted requests cost lookups.
/// </summary>
internal sealed class SettleStage(
    SingleSettlement singles,
    ApiSettlement apis,
    TransactionSettlement transactions,
    NamedBinaryGuard binaries,
    NamedRecordGuard records,
    StillOpen still
) : IStage
{
    public string Name => "Settle";

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<StageResult> RunAsync(GatewayExchange exchange)
    {
        // There is nothing to ask of the upstream; and of a batch each entry is settled by itself, just before it goes.
        if (exchange.Kind is RequestKind.PublicDocument or RequestKind.Batch)
        {
            return StageResult.Continue;
        }

        // What was looked up may have taken long: what closed meanwhile is closed, and nothing goes.
        var settled = await SettleAsync(exchange);
        return settled.Continues ? still.Ask(exchange) : settled;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<StageResult> SettleAsync(GatewayExchange exchange)
    {
        switch (exchange.Kind)
        {
            case RequestKind.Single or RequestKind.Export:
                var settled = await singles.SettleAsync(exchange);
                if (settled.Continues && NamedBinaryGuard.IsNeeded(exchange, settled.Value))
                {
                    var asked = await binaries.AskAsync(exchange, settled.Value);
                    if (!asked.Continues)
                    {
                        return asked;
                    }
                }

                if (settled.Continues && NamedRecordGuard.IsNeeded(exchange, settled.Value))
                {
                    var asked = await records.AskAsync(exchange, settled.Value);
                    if (!asked.Continues)
                    {
                        return asked;
                    }
                }

                return Keep(exchange, settled);
            case RequestKind.DeclaredApi:
                return Keep(exchange, await apis.SettleAsync(exchange));
            case RequestKind.Transaction:
                return Keep(exchange, await transactions.SettleAsync(exchange));
            default:
                return StageResult.Refuse(DenyReason.Faulted, "kind");
        }
    }

    // A bare count of the upstream's would count what is withheld.
    private static Settled CountWhereSomeIsWithheld(GatewayExchange exchange, in Settled settled)
    {
        var search = settled.Request ?? exchange.Request;
        return search.IsCountOnly && UpstreamCallFactory.Withholds(settled.Permit)
            ? settled with
            {
                Request = search.AsCounted(),
                Counts = true,
            }
            : settled;
    }

    private static StageResult Keep(GatewayExchange exchange, StageResult<Settled> settled)
    {
        if (!settled.Continues)
        {
            return settled.Result;
        }

        exchange.Fill(exchange.Kind is RequestKind.Single ? CountWhereSomeIsWithheld(exchange, settled.Value) : settled.Value);

        // What the permit adds to the request must not contradict it. A transaction's entries were asked one by one.
        return
            exchange.Kind is RequestKind.Single or RequestKind.Export
            && UpstreamCallFactory.FindConflict(exchange.Request, exchange.Permit) is { } conflict
            ? StageResult.Refuse(conflict)
            : StageResult.Continue;
    }
}

using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Decide;

/// <summary>
/// The Decide stage of the pipeline: puts the understood request before the policy decision point, for a bundle entry by entry, and fills
/// the exchange with the permits, or with what is missing while facts of the upstream are; all else is refused.
/// </summary>
internal sealed class DecideStage(StillOpen still, RenewedTokens tokens, HabitKeeper habits, GatewayMetrics metrics, TimeProvider clock)
    : IStage
{
    private static readonly Permit DiscoveryPermit = new("discovery", [], ReleasePolicy.Nothing);

    public string Name => "Decide";

    public ValueTask<StageResult> RunAsync(GatewayExchange exchange)
    {
        var decided = metrics.MeasuresDecisions ? Measured(exchange) : Decide(exchange);
        if (decided.Continues)
        {
            exchange.Fill(decided.Value);
            if (exchange.Kind != RequestKind.PublicDocument)
            {
                var peer = DecisionMaker.PeerOf(exchange);
                tokens.Note(exchange.Identified.Caller, peer);
                habits.Note(exchange.Identified.Entry, exchange.Identified.Caller, peer, exchange.Request.Parts, exchange.Now);
            }
        }

        return new(decided.Result);
    }

    private StageResult<Decided> Measured(GatewayExchange exchange)
    {
        var began = clock.GetTimestamp();
        var decided = Decide(exchange);
        metrics.ObserveDecision(clock.GetElapsedTime(began));
        return decided;
    }

    private StageResult<Decided> Decide(GatewayExchange exchange)
    {
        if (exchange.Kind != RequestKind.PublicDocument)
        {
            // What closed while it was read is closed.
            var renewed = still.Renew(exchange);
            if (!renewed.Continues)
            {
                return renewed;
            }

            if (habits.Find(exchange.Identified.Entry, DecisionMaker.PeerOf(exchange), exchange.Now) is { } known)
            {
                // For every decision about this request: what it asks for first does not become known while it is answered.
                exchange.Http.Features.Set(known);
            }
        }

        return exchange.Kind switch
        {
            RequestKind.PublicDocument => new Decided(StageResult.Continue, DiscoveryPermit, []),
            RequestKind.Single or RequestKind.Export or RequestKind.DeclaredApi => EarlyDecision.Decide(exchange),
            RequestKind.Batch => BundleDecision.DecideBatch(exchange, clock),
            RequestKind.Transaction => BundleDecision.DecideTransaction(exchange, clock),
            _ => StageResult.Refuse(DenyReason.Faulted, "kind"),
        };
    }
}

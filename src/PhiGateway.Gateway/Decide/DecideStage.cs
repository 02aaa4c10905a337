using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Following;
using PhiGateway.Gateway.Identify;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Decide;

/// <summary>Is it approved? One call to the decision point, for a bundle one per entry; whatever is not a permit is a refusal.</summary>
internal sealed class DecideStage(GatewayOptions options, SnapshotHolder snapshots, TimeProvider clock) : IStage
{
    private static readonly Permit DiscoveryPermit = new("discovery", [], ReleasePolicy.Nothing);

    public string Name => "Decide";

    public ValueTask<StageResult> RunAsync(GatewayExchange exchange) => new(Decide(exchange));

    private StageResult Decide(GatewayExchange exchange)
    {
        if (Discovery.IsPublic(exchange))
        {
            exchange.Permit = DiscoveryPermit;
            return StageResult.Continue;
        }

        if (snapshots.IsTooOld(options.Registry.MaxSnapshotAge))
        {
            return StageResult.Refuse(DenyReason.SnapshotTooOld);
        }

        return exchange.Request!.Interaction switch
        {
            Interaction.Batch => BundleDecision.DecideBatch(exchange, clock),
            Interaction.Transaction => BundleDecision.DecideTransaction(exchange, clock),
            _ => EarlyDecision.Decide(exchange),
        };
    }
}

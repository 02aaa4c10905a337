using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Identify;
using PhiGateway.Gateway.Pipeline;
using PhiGateway.Gateway.Registry;
using PhiGateway.Policy.Decision;

namespace PhiGateway.Gateway.Decide;

/// <summary>Is it approved? One call to the decision point; whatever is not a permit is a refusal.</summary>
internal sealed class DecideStage(GatewayOptions options, SnapshotHolder snapshots) : IStage
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

        var result = DecisionMaker.Decide(exchange, exchange.Request!.Parts);

        // What a change would overwrite is a fact of the upstream. It is fetched in Forward, once there is room for this client,
        // and decided over there; until then only its absence stands in the way, and there is no permit.
        return result.Refusal == DenyReason.PatientUndetermined && StoredVersions.AreNeeded(exchange) ? StageResult.Continue : result;
    }
}

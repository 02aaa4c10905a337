using System.Net;
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
        if (Discovery.IsPublic(exchange.Canonical!))
        {
            exchange.Permit = DiscoveryPermit;
            return StageResult.Continue;
        }

        if (snapshots.IsTooOld(options.Registry.MaxSnapshotAge))
        {
            return StageResult.Refuse(DenyReason.SnapshotTooOld);
        }

        var decision = PolicyDecisionPoint.Decide(ToAccessRequest(exchange), exchange.Snapshot);
        switch (decision)
        {
            case Permit permit when Obligations.AreKnown(permit.Obligations):
                exchange.Permit = permit;
                return StageResult.Continue;
            case Deny deny:
                return StageResult.Refuse(deny.Reason, deny.Rule);
            default:
                return StageResult.Refuse(DenyReason.Faulted, "unknown-decision-or-obligation");
        }
    }

    private static AccessRequest ToAccessRequest(GatewayExchange exchange) => new()
    {
        Caller = exchange.Caller!,
        Tenant = exchange.Route!.Tenant,
        Environment = exchange.Route.Environment,
        Peer = PeerOf(exchange.Http.Connection.RemoteIpAddress),
        Now = exchange.Now,
        Parts = exchange.Request!.Parts,
        Justification = exchange.Http.Request.Headers["Phi-Justification"] is [{ Length: > 0 and <= 1024 } text] ? text : null,
    };

    private static IPAddress? PeerOf(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
}

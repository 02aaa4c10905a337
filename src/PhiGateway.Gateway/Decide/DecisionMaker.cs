using System.Net;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Decide;

/// <summary>Puts a request before the decision point: the same way whether its facts came with it or had to be fetched.</summary>
internal static class DecisionMaker
{
    /// <summary>Decides over these parts and keeps the permit in the exchange; whatever is not a permit is a refusal.</summary>
    public static StageResult Decide(GatewayExchange exchange, IReadOnlyList<AccessPart> parts)
    {
        var decision = Ask(exchange, parts);
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

    /// <summary>Decides over these parts and keeps nothing.</summary>
    public static Decision Ask(GatewayExchange exchange, IReadOnlyList<AccessPart> parts) =>
        PolicyDecisionPoint.Decide(ToRequest(exchange, parts), exchange.Snapshot);

    /// <summary>The parts with everything else that a decision depends on.</summary>
    public static AccessRequest ToRequest(GatewayExchange exchange, IReadOnlyList<AccessPart> parts) =>
        new()
        {
            Caller = exchange.Caller!,
            Tenant = exchange.Route!.Tenant,
            TenantTag = exchange.Route.TenantTag,
            Environment = exchange.Route.Environment,
            Peer = PeerOf(exchange.Http.Connection.RemoteIpAddress),
            Now = exchange.Now,
            Parts = parts,
            Justification = exchange.Http.Request.Headers["Phi-Justification"] is [{ Length: > 0 and <= 1024 } text] ? text : null,
        };

    private static IPAddress? PeerOf(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
}

using System.Net;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Decide;

/// <summary>Puts a request before the decision point: the same way whether its facts came with it or had to be fetched.</summary>
internal static class DecisionMaker
{
    /// <summary>Decides over these parts; whatever is not a permit with known obligations is a refusal.</summary>
    public static StageResult<Permit> Decide(GatewayExchange exchange, IReadOnlyList<AccessPart> parts) =>
        PolicyDecisionPoint.Decide(ToRequest(exchange, parts), exchange.Snapshot) switch
        {
            Permit permit when Obligations.AreKnown(permit.Obligations) => permit,
            Deny deny => StageResult.Refuse(deny.Reason, deny.Rule),
            _ => StageResult.Refuse(DenyReason.Faulted, "unknown-decision-or-obligation"),
        };

    /// <summary>The parts with everything else that a decision depends on.</summary>
    public static AccessRequest ToRequest(GatewayExchange exchange, IReadOnlyList<AccessPart> parts) =>
        new()
        {
            Caller = exchange.Identified.Caller,
            Tenant = exchange.Ingressed.Route.Tenant,
            TenantTag = exchange.Ingressed.Route.TenantTag,
            Environment = exchange.Ingressed.Route.Environment,
            Peer = PeerOf(exchange.Http.Connection.RemoteIpAddress),
            Now = exchange.Now,
            Parts = parts,
            Justification = exchange.Http.Request.Headers[KnownHeaders.Justification] is [{ Length: > 0 and <= 1024 } text] ? text : null,
        };

    private static IPAddress? PeerOf(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
}

using PhiGateway.Audit.Records;
using PhiGateway.Gateway.Admit;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Trail;

/// <summary>Out of whose share of the journal the record of a refusal is paid; asked by <see cref="AuditTrail"/> for each.</summary>
/// <param name="IsStranger">
/// Nobody who may come in: an unknown caller, or one to whom every door is closed whatever is asked for, such as a revoked token or another
/// network. What comes with somebody else's credential costs its peer, not the client whose it was.
/// </param>
/// <param name="Caller">Under which name refusals are counted where they are too many to be recorded one by one; null: each is recorded.</param>
internal readonly record struct RefusalPayer(bool IsStranger, string? Caller)
{
    /// <summary>Finds who pays; a client that had no place yet takes one for it.</summary>
    public static RefusalPayer Of(GatewayExchange exchange, DenyReason reason, RefusalBrake brake)
    {
        if (exchange.Known.Client is not { } client)
        {
            return Stranger(exchange);
        }

        // An entry of a batch has its place with the batch.
        var hasPlace = exchange.IsAdmitted || exchange.Bundle is not null;
        if (!hasPlace && IsShutOut(exchange))
        {
            return Stranger(exchange);
        }

        // What is our own or the upstream's fault costs nobody anything.
        var isTooFast = reason == DenyReason.RateLimited || reason == DenyReason.ConcurrencyLimited;
        return isTooFast || (!hasPlace && reason.Status < 500 && !brake.TakePlace(exchange))
            ? new(false, $"client {client.Client.Id}")
            : default;
    }

    private static RefusalPayer Stranger(GatewayExchange exchange) => new(true, PeerNetwork.Of(exchange.Http.Connection.RemoteIpAddress));

    private static bool IsShutOut(GatewayExchange exchange) =>
        PolicyDecisionPoint.FindEarlyDoor(DecisionMaker.ToRequest(exchange, [], exchange.Now), exchange.Snapshot) is not null;
}

using System.Net;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Decide;

/// <summary>
/// Builds the decision point's input from an exchange and the parts of its request, and returns the permit or the refusal; called by
/// Decide, Settle, lookups and running answers.
/// </summary>
internal static class DecisionMaker
{
    /// <summary>Decides over these parts; whatever is not a permit with known obligations is a refusal.</summary>
    public static StageResult<Permit> Decide(GatewayExchange exchange, IReadOnlyList<AccessPart> parts) =>
        Decide(exchange, parts, exchange.Snapshot, exchange.Now);

    /// <summary>Decides over these parts as if the same client had come with another token.</summary>
    public static StageResult<Permit> Decide(GatewayExchange exchange, Caller caller, IReadOnlyList<AccessPart> parts) =>
        Answer(PolicyDecisionPoint.Decide(ToRequest(exchange, parts, exchange.Now) with { Caller = caller }, exchange.Snapshot));

    /// <summary>Decides over these parts as things stand in another snapshot, at another moment: for an answer that is still running.</summary>
    public static StageResult<Permit> Decide(
        GatewayExchange exchange,
        IReadOnlyList<AccessPart> parts,
        RegistrySnapshot snapshot,
        DateTimeOffset now
    ) => Answer(PolicyDecisionPoint.Decide(ToRequest(exchange, parts, now), snapshot));

    /// <summary>The same as if the same client had come with another token.</summary>
    public static StageResult<Permit> Decide(
        GatewayExchange exchange,
        Caller caller,
        IReadOnlyList<AccessPart> parts,
        RegistrySnapshot snapshot,
        DateTimeOffset now
    ) => Answer(PolicyDecisionPoint.Decide(ToRequest(exchange, parts, now) with { Caller = caller }, snapshot));

    /// <summary>The parts with everything else that a decision depends on.</summary>
    public static AccessRequest ToRequest(GatewayExchange exchange, IReadOnlyList<AccessPart> parts, DateTimeOffset now) =>
        new()
        {
            Caller = exchange.Identified.Caller,
            Tenant = exchange.Ingressed.Route.Tenant,
            TenantTag = exchange.Ingressed.Route.TenantTag,
            Environment = exchange.Ingressed.Route.Environment,
            Peer = PeerOf(exchange),
            Now = now,
            Parts = parts,
            Tool = ToolOf(exchange),
            Justification = exchange.Justification,
            Habits = StepUpHabits.AreKept(exchange.Identified.Entry) ? exchange.Http.Features.Get<ClientHabits>() : null,
        };

    // By which tool somebody asks matters where an agent does.
    private static string? ToolOf(GatewayExchange exchange)
    {
        ref readonly var identified = ref exchange.Identified;
        return ActingAgents.CharterOf(identified.Caller, identified.Entry, exchange.Snapshot) is null
            ? null
            : exchange.Http.Features.Get<ToolCall>()?.Name;
    }

    private static StageResult<Permit> Answer(Decision decision) =>
        decision switch
        {
            Permit permit when Obligations.AreKnown(permit.Obligations) => permit,
            Deny deny => StageResult.Refuse(deny.Reason, deny.Rule),
            _ => StageResult.Refuse(DenyReason.Faulted, "unknown-decision-or-obligation"),
        };

    /// <summary>The address that a request came from; null: it cannot be told.</summary>
    public static IPAddress? PeerOf(GatewayExchange exchange) =>
        exchange.Http.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped
            ? mapped.MapToIPv4()
            : exchange.Http.Connection.RemoteIpAddress;
}

using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Following;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Decide;

/// <summary>Decides one request as far as it can be decided before the upstream was asked.</summary>
/// <remarks>
/// What a change would overwrite, and what a condition matches, are facts of the upstream. They are fetched in Forward, once there is room
/// for this client,
/// and decided over there; until then only their absence stands in the way, and there is no permit.
/// </remarks>
internal static class EarlyDecision
{
    /// <summary>The door that is closed to this caller whatever the request holds; null: none, or nobody has called yet.</summary>
    public static StageResult? FindClosedDoor(GatewayExchange exchange, SnapshotHolder snapshots, GatewayOptions options)
    {
        if (exchange.Caller is null)
        {
            return null;
        }

        if (snapshots.IsTooOld(options.Registry.MaxSnapshotAge))
        {
            return StageResult.Refuse(DenyReason.SnapshotTooOld);
        }

        return PolicyDecisionPoint.FindEarlyDoor(DecisionMaker.ToRequest(exchange, []), exchange.Snapshot) is { } deny
            ? StageResult.Refuse(deny.Reason, deny.Rule)
            : null;
    }

    /// <summary>Continues when it is permitted, or when nothing but those facts is missing.</summary>
    public static StageResult Decide(GatewayExchange exchange)
    {
        var request = exchange.Request!;
        for (var i = 0; i < request.Conditions.Count; i++)
        {
            // The condition is a search; it is put like any other.
            if (DecisionMaker.Ask(exchange, request.Conditions[i].Search.Parts) is Deny closed)
            {
                return StageResult.Refuse(closed.Reason, closed.Rule);
            }
        }

        var result = DecisionMaker.Decide(exchange, request.Conditions.Count == 0 ? request.Parts : [request.Parts[0]]);
        if (request.Conditions.Count == 0)
        {
            return result.Refusal == DenyReason.PatientUndetermined && StoredVersions.AreNeeded(exchange) ? StageResult.Continue : result;
        }

        // A permit for what was not looked up yet is none.
        exchange.Permit = null;
        var waits =
            StoredVersions.ChangesSomething(request.Parts[0])
            || request.Conditions.Any(static condition => condition.Reference is not null);
        return result.Refusal == DenyReason.PatientUndetermined && waits ? StageResult.Continue : result;
    }
}

using System.Text;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Following;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Decide;

/// <summary>
/// Decides one request as far as that is possible before the upstream is asked; called by Understand before it reads a body, and by Decide.
/// </summary>
/// <remarks>
/// What a change would overwrite, and what a condition matches, are facts of the upstream. Settle looks them up, once there is room for this
/// client, and decides over them; until then only their absence stands in the way, and there is no permit.
/// </remarks>
internal static class EarlyDecision
{
    /// <summary>The door that is closed to this caller whatever the request holds; null: none.</summary>
    public static StageResult? FindClosedDoor(GatewayExchange exchange, SnapshotHolder snapshots, GatewayOptions options)
    {
        if (snapshots.IsTooOld(options.Registry.MaxSnapshotAge))
        {
            return StageResult.Refuse(DenyReason.SnapshotTooOld);
        }

        return PolicyDecisionPoint.FindEarlyDoor(DecisionMaker.ToRequest(exchange, [], exchange.Now), exchange.Snapshot) is { } deny
            ? StageResult.Refuse(deny.Reason, deny.Rule)
            : null;
    }

    /// <summary>Continues when it is permitted, or, without a permit, when nothing but those facts is missing.</summary>
    public static StageResult<Decided> Decide(GatewayExchange exchange)
    {
        var request = exchange.Request;
        for (var i = 0; i < request.Conditions.Count; i++)
        {
            // The condition is a search; it is put like any other.
            var closed = DecisionMaker.Decide(exchange, request.Conditions[i].Search.Parts);
            if (!closed.Continues)
            {
                return closed.Result;
            }
        }

        if (request.Conditions.Count == 0)
        {
            var whole = DecisionMaker.Decide(exchange, request.Parts);
            if (whole.Continues)
            {
                return new Decided(StageResult.Continue, whole.Value, []);
            }

            return
                whole.Result.Refusal == DenyReason.PatientUndetermined
                && (StoredVersions.AreNeeded(exchange) || SpeaksOfOthers(request) || NamesWhatIsLookedUp(exchange))
                ? new Decided(StageResult.Continue, null, [])
                : whole.Result;
        }

        // A permit for what was not looked up yet is none.
        var written = DecisionMaker.Decide(exchange, [request.Parts[0]]);
        var waits =
            StoredVersions.ChangesSomething(request.Parts[0])
            || SpeaksOfOthers(request)
            || request.Conditions.Any(static condition => condition.Reference is not null);
        return written.Continues || (written.Result.Refusal == DenyReason.PatientUndetermined && waits)
            ? new Decided(StageResult.Continue, null, [])
            : written.Result;
    }

    // Whom the name of an entry with a condition stands for is known when that was looked up; then each entry is decided anew.
    private static bool NamesWhatIsLookedUp(GatewayExchange exchange)
    {
        if (exchange.Bundle is not { } bundle || bundle.Request.Interaction != Interaction.Transaction || exchange.Request.Body.IsEmpty)
        {
            return false;
        }

        for (var i = 0; i < bundle.Request.Entries.Count; i++)
        {
            if (
                bundle.Request.Entries[i] is { Conditions.Count: > 0, FullUrl: { } name }
                && exchange.Request.Body.Span.IndexOf(Encoding.UTF8.GetBytes(name)) >= 0
            )
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether whose the written resource is hangs on what it names; that is looked up once there is room for this client.</summary>
    public static bool SpeaksOfOthers(FhirRequest request)
    {
        for (var i = 0; i < request.Parts.Count; i++)
        {
            if (WrittenTargets.AreNeeded(request.Parts[i]))
            {
                return true;
            }
        }

        return false;
    }
}

using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Leaving;

/// <summary>
/// Checks a judged answer or segment just before it leaves: narrowing applied upstream, known patients, record limit, the client's quotas.
/// Continues, or refuses it with a reason. Whether its path is still open is asked beside it.
/// </summary>
internal static class ReleaseChecks
{
    /// <summary>Continues when all of it may leave; what continues counts against the client's quota.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="disclosure">What this piece lets out.</param>
    /// <param name="before">Records of the same answer that left before.</param>
    public static StageResult Ask(GatewayExchange exchange, Disclosure disclosure, long before)
    {
        // 1. A search that was permitted within limits must have been made within them: the upstream says so in its self link.
        if (disclosure.NarrowingNotApplied)
        {
            return StageResult.Refuse(DenyReason.NarrowingNotApplied);
        }

        // 2. Whose data it is must be known to outsiders and machines that act by themselves.
        if (disclosure.HasUndeterminedPatient && !MayReceiveUndetermined(exchange))
        {
            return StageResult.Refuse(DenyReason.PatientUndetermined);
        }

        // 3. How much.
        if (LimitOf(exchange.Permit) is { } most && before + disclosure.Resources.Count > most)
        {
            return StageResult.Refuse(DenyReason.QuotaExceeded, "limit-records");
        }

        var limits = exchange.Identified.Client.Client.Limits;
        var gate = exchange.Admitted.Ticket.Gate;
        if (
            limits is not { DistinctPatientsPerDay: null, DistinctPatientsPer30Days: null }
            && FindLonger(exchange, disclosure) is { } longer
        )
        {
            return StageResult.Refuse(DenyReason.QuotaExceeded, longer);
        }

        if (gate.Quota.FindExceeded(disclosure, limits.DistinctPatientsPerHour, limits.RecordsPerDay, exchange.Now) is { } exceeded)
        {
            TellWhen(exchange, gate.Quota, exceeded);
            return StageResult.Refuse(DenyReason.QuotaExceeded, exceeded);
        }

        return StageResult.Continue;
    }

    // The longest first: what a stretch refuses counts against none that is shorter. What a shorter one then refuses was counted against
    // the longer: its patients were asked for, and would have left.
    private static string? FindLonger(GatewayExchange exchange, Disclosure disclosure)
    {
        var limits = exchange.Identified.Client.Client.Limits;
        for (var place = PatientStretch.Longer.Length - 1; place >= 0; place--)
        {
            var stretch = PatientStretch.Longer[place];
            if (
                stretch.LimitOf(limits) is { } most
                && exchange.Admitted.Ticket.Gate.Of(stretch) is var quota
                && quota.FindExceeded(disclosure, most, null, exchange.Now) is { } exceeded
            )
            {
                TellWhen(exchange, quota, exceeded);
                return exceeded;
            }
        }

        return null;
    }

    private static void TellWhen(GatewayExchange exchange, ClientQuota quota, string name)
    {
        var limits = exchange.Identified.Client.Client.Limits;
        var isOfPatients = name == quota.Stretch.Name;
        var period = isOfPatients ? quota.Stretch.Length : TimeSpan.FromDays(1);
        var left = isOfPatients ? quota.PatientsLeft : quota.RecordsLeft;
        var most = isOfPatients ? quota.Stretch.LimitOf(limits) : limits.RecordsPerDay;
        RateLimitFields.WriteUsedUp(exchange.Http.Response, name, most ?? 0, period, left, exchange.Now);
    }

    /// <summary>Whether what is patient data of somebody who cannot be told may leave to this client: to the hospital's own, but for AI agents.</summary>
    public static bool MayReceiveUndetermined(GatewayExchange exchange) =>
        exchange.Identified.Client is { Organization.Kind: OrganizationKind.Internal, Client.Kind: not ClientKind.AiAgent };

    private static int? LimitOf(Permit permit)
    {
        for (var i = 0; i < permit.Obligations.Count; i++)
        {
            if (permit.Obligations[i] is LimitRecords limit)
            {
                return limit.Most;
            }
        }

        return null;
    }
}

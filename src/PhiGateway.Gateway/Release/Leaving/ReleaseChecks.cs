using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Trail;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Leaving;

/// <summary>
/// Checks a judged answer or segment just before it leaves: narrowing applied upstream, known patients, record limit, the quotas of the client,
/// its use case and its organization.
/// Continues, or refuses it with a reason. Whether its path is still open is asked beside it.
/// </summary>
internal static class ReleaseChecks
{
    /// <summary>Continues when all of it may leave; what continues counts against the quotas.</summary>
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

        // 4. Whom it looked for by id it has asked for, whether they are there or not.
        return before == 0 && ProbedPatients.FindExceededBySearch(exchange) is { } probed
            ? StageResult.Refuse(DenyReason.QuotaExceeded, probed)
            : AskQuotas(exchange, disclosure);
    }

    private static StageResult AskQuotas(GatewayExchange exchange, Disclosure disclosure)
    {
        // What one of several owners refuses is counted against none.
        if (exchange.Admitted.Ticket.IsShared && FindExceeded(exchange, disclosure, counts: false) is { } full)
        {
            return StageResult.Refuse(DenyReason.QuotaExceeded, full);
        }

        return FindExceeded(exchange, disclosure, counts: true) is { } exceeded
            ? StageResult.Refuse(DenyReason.QuotaExceeded, exceeded)
            : StageResult.Continue;
    }

    // The name of the quota that would be exceeded; the client's own first, so that it takes nothing of what others share.
    private static string? FindExceeded(GatewayExchange exchange, Disclosure disclosure, bool counts)
    {
        for (var place = 0; place < LimitOwners.All.Length; place++)
        {
            var owner = LimitOwners.All[place];
            if (exchange.Identified.Client.LimitsOf(owner) is not { } limits || exchange.Admitted.Ticket.Of(owner) is not { } gate)
            {
                continue;
            }

            if (exchange.MayPass(owner))
            {
                Pass(exchange, disclosure, gate, limits, owner, counts);
            }
            else if (FindExceeded(exchange, disclosure, gate, limits, counts) is var (quota, name))
            {
                TellWhen(exchange, quota, limits, name, owner);
                return owner.NameOf(name);
            }
        }

        return null;
    }

    // Safety: what others used up of what is shared refuses no emergency use. It counts all the same, and what it goes beyond is on record.
    private static void Pass(
        GatewayExchange exchange,
        Disclosure disclosure,
        ClientGate gate,
        ClientLimits limits,
        LimitOwner owner,
        bool counts
    )
    {
        if (!counts)
        {
            return;
        }

        for (var place = 0; place < PatientStretch.Longer.Length; place++)
        {
            var stretch = PatientStretch.Longer[place];
            if (
                stretch.LimitOf(limits) is { } most
                && gate.Of(stretch).FindExceeded(disclosure, most, null, exchange.Now, anyway: true) is { } longer
            )
            {
                exchange.Passed.Add(owner.NameOf(longer));
            }
        }

        var (patients, records) = (limits.DistinctPatientsPerHour, limits.RecordsPerDay);
        if (gate.Quota.FindExceeded(disclosure, patients, records, exchange.Now, anyway: true) is { } name)
        {
            exchange.Passed.Add(owner.NameOf(name));
        }
    }

    // The longest first: what a stretch refuses counts against none that is shorter. What a shorter one then refuses was counted against
    // the longer: its patients were asked for, and would have left.
    private static (ClientQuota Quota, string Name)? FindExceeded(
        GatewayExchange exchange,
        Disclosure disclosure,
        ClientGate gate,
        ClientLimits limits,
        bool counts
    )
    {
        if (limits is not { DistinctPatientsPerDay: null, DistinctPatientsPer30Days: null })
        {
            for (var place = PatientStretch.Longer.Length - 1; place >= 0; place--)
            {
                var stretch = PatientStretch.Longer[place];
                if (
                    stretch.LimitOf(limits) is { } most
                    && gate.Of(stretch) is var longer
                    && longer.FindExceeded(disclosure, most, null, exchange.Now, counts) is { } name
                )
                {
                    return (longer, name);
                }
            }
        }

        return
            gate.Quota.FindExceeded(disclosure, limits.DistinctPatientsPerHour, limits.RecordsPerDay, exchange.Now, counts) is { } exceeded
            ? (gate.Quota, exceeded)
            : null;
    }

    private static void TellWhen(GatewayExchange exchange, ClientQuota quota, ClientLimits limits, string name, LimitOwner owner)
    {
        var isOfPatients = name == quota.Stretch.Name;
        var period = isOfPatients ? quota.Stretch.Length : TimeSpan.FromDays(1);
        var left = isOfPatients ? quota.PatientsLeft : quota.RecordsLeft;
        var most = isOfPatients ? quota.Stretch.LimitOf(limits) : limits.RecordsPerDay;
        RateLimitFields.WriteUsedUp(exchange.Http.Response, owner.NameOf(name), most ?? 0, period, left, exchange.Now);
    }

    /// <summary>Whether what is patient data of somebody who cannot be told may leave to this client: to the hospital's own, but for AI agents.</summary>
    public static bool MayReceiveUndetermined(GatewayExchange exchange)
    {
        ref readonly var identified = ref exchange.Identified;
        return ActingAgents.AreOwnStaff(identified.Caller, identified.Client, exchange.Snapshot);
    }

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

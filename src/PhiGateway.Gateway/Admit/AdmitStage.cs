using System.Globalization;
using PhiGateway.Audit.Journal;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Admit;

/// <summary>Is there room: rate and concurrency of the client, space in the journal, uses of the task that its token names?</summary>
internal sealed class AdmitStage(
    GatewayOptions options,
    ClientGates gates,
    RefusalBrake brake,
    IAuditJournal journal,
    TaskCounter tasks,
    QuotaKeeper quotas,
    TimeProvider clock
) : IStage
{
    private readonly long _started = clock.GetTimestamp();

    public string Name => "Admit";

    public ValueTask<StageResult> RunAsync(GatewayExchange exchange)
    {
        var admitted = Admit(exchange);
        if (!admitted.Continues || exchange.Kind == RequestKind.PublicDocument)
        {
            return new(admitted);
        }

        // Who has a quota and no slice of it here waits for one; all others go on without a word.
        var limits = exchange.Identified.Client.Client.Limits;
        if (HasQuota(limits) && !QuotaKeeper.IsReady(exchange.Admitted.Ticket.Gate, limits, exchange.Now))
        {
            return LeaseAsync(exchange);
        }

        return TakeAsync(exchange);
    }

    private static bool HasQuota(ClientLimits limits) =>
        limits is not { DistinctPatientsPerHour: null, RecordsPerDay: null, DistinctPatientsPerDay: null, DistinctPatientsPer30Days: null }
        || DayBudget.IsAnyIn(limits);

    private ValueTask<StageResult> TakeAsync(GatewayExchange exchange)
    {
        if (DayBudget.IsAnyIn(exchange.Identified.Client.Client.Limits))
        {
            var left = TakeBudgets(exchange);
            if (!left.Continues)
            {
                return new(left);
            }
        }

        if (exchange.Identified.Client.Client.Charter?.CallsPerDay is { } most)
        {
            return TakeCallsAsync(exchange, most);
        }

        return exchange.Identified.Caller.Task is not null ? tasks.TakeNamedAsync(exchange, UsesOf(exchange)) : new(StageResult.Continue);
    }

    // What is taken here is taken before anything is asked of the upstream, whatever becomes of it there.
    private static StageResult TakeBudgets(GatewayExchange exchange)
    {
        // How many bytes leave is known when they do; what writes is not refused then any more.
        var anyLeft = DayBudget.Bytes.Ask(exchange);
        if (!anyLeft.Continues)
        {
            return anyLeft;
        }

        var begun = exchange.Kind == RequestKind.Export && exchange.Asked.Interaction == Interaction.Export ? 1 : 0;
        var taken = DayBudget.Exports.Take(exchange, begun);
        if (!taken.Continues)
        {
            return taken;
        }

        taken = DayBudget.Writes.Take(exchange, WritesOf(exchange));
        return taken.Continues && ClientRate.IsForEmergency(exchange) ? DayBudget.BreakGlass.Take(exchange, UsesOf(exchange)) : taken;
    }

    private static int WritesOf(GatewayExchange exchange)
    {
        if (exchange.Kind is RequestKind.Single or RequestKind.DeclaredApi)
        {
            return exchange.IsWrite ? 1 : 0;
        }

        var writes = 0;
        if (exchange.Kind is RequestKind.Batch or RequestKind.Transaction)
        {
            foreach (var entry in exchange.Entries)
            {
                // Of a batch what was refused does not go.
                var goes = exchange.Kind == RequestKind.Transaction || entry.Decided.Result.Continues;
                writes += goes && entry.Known.Request is { IsWrite: true } ? 1 : 0;
            }
        }

        return writes;
    }

    private async ValueTask<StageResult> TakeCallsAsync(GatewayExchange exchange, int most)
    {
        var taken = await tasks.TakeCallsAsync(exchange, most, UsesOf(exchange));
        return taken.Continues && exchange.Identified.Caller.Task is not null
            ? await tasks.TakeNamedAsync(exchange, UsesOf(exchange))
            : taken;
    }

    private async ValueTask<StageResult> LeaseAsync(GatewayExchange exchange)
    {
        await quotas.EnterAsync(exchange.Identified.Client, exchange.Now, exchange.Http.RequestAborted);
        return await TakeAsync(exchange);
    }

    /// <summary>
    /// Asks, before anything is understood, whether the client collects refusals or is too fast: what is refused later costs it a place too.
    /// </summary>
    public StageResult FindBrake(GatewayExchange exchange)
    {
        if (exchange.Known.Client is null)
        {
            return StageResult.Continue;
        }

        var wait = brake.WaitOf(exchange);
        if (wait > TimeSpan.Zero)
        {
            RateLimitFields.Write(exchange.Http.Response, "refusals", options.Limits.RefusalsPerMinute, TimeSpan.FromMinutes(1), 0, wait);
            return HoldOff(exchange, wait, "refusals-per-minute");
        }

        return HoldOffAtRate(exchange, brake.RateWaitOf(exchange));
    }

    /// <summary>
    /// Asks before the body of a request is read, which is what a request may cost most by; what it comes to beside one request is charged
    /// when its turn here comes.
    /// </summary>
    public StageResult EnterBeforeBody(GatewayExchange exchange) => Enter(exchange, 1);

    private StageResult Admit(GatewayExchange exchange)
    {
        return exchange.Kind switch
        {
            // Nobody is asked who they are, and nothing is recorded.
            RequestKind.PublicDocument => StageResult.Continue,
            RequestKind.Single or RequestKind.Transaction or RequestKind.Export or RequestKind.DeclaredApi => Take(exchange, 1),
            // Refused entries do not go, but each is read and recorded.
            RequestKind.Batch => Take(exchange, Math.Max(exchange.Entries.Count, 1)),
            _ => StageResult.Refuse(DenyReason.Faulted, "kind"),
        };
    }

    private StageResult Take(GatewayExchange exchange, int cost)
    {
        if (!exchange.IsAdmitted)
        {
            return Enter(exchange, cost);
        }

        exchange.Admitted.Ticket.Gate.Charge(RateOf(exchange), cost - 1);
        return StageResult.Continue;
    }

    private int RateOf(GatewayExchange exchange) => ClientRate.Of(exchange, options);

    private StageResult Enter(GatewayExchange exchange, int cost)
    {
        switch (journal.Status)
        {
            case JournalStatus.Open or JournalStatus.NearlyFull:
                break;
            case JournalStatus.Forked:
                return StageResult.Refuse(DenyReason.AuditForked);
            default:
                return StageResult.Refuse(DenyReason.AuditUnavailable);
        }

        var entry = exchange.Identified.Client;
        var limits = entry.Client.Limits;
        var gate = gates.Of(entry.Client.Id);
        if (gate.Enter(limits.Concurrency ?? options.Limits.Concurrency) is not { } ticket)
        {
            return StageResult.Refuse(DenyReason.ConcurrencyLimited);
        }

        // From here on the exchange gives it back, however the request ends.
        exchange.Fill(new Admitted(ticket));
        return HoldOffAtRate(exchange, gate.Conform(RateOf(exchange), clock.GetElapsedTime(_started), cost));
    }

    private StageResult HoldOffAtRate(GatewayExchange exchange, TimeSpan wait)
    {
        if (wait <= TimeSpan.Zero)
        {
            return StageResult.Continue;
        }

        RateLimitFields.Write(exchange.Http.Response, "requests", RateOf(exchange), TimeSpan.FromSeconds(1), 0, wait);
        return HoldOff(exchange, wait, null);
    }

    private static StageResult HoldOff(GatewayExchange exchange, TimeSpan wait, string? detail)
    {
        exchange.Http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return StageResult.Refuse(DenyReason.RateLimited, detail);
    }

    // What is asked for in one bundle is as many uses as asked for one by one.
    private static int UsesOf(GatewayExchange exchange) =>
        exchange.Kind switch
        {
            RequestKind.Batch => PermittedOf(exchange),
            RequestKind.Transaction => Math.Max(exchange.Entries.Count, 1),
            _ => 1,
        };

    // The entries of a batch go upstream one by one, so they count one by one; those that were refused do not go.
    private static int PermittedOf(GatewayExchange exchange)
    {
        var permitted = 0;
        foreach (var entry in exchange.Entries)
        {
            permitted += entry.Decided.Result.Continues ? 1 : 0;
        }

        return Math.Max(permitted, 1);
    }
}

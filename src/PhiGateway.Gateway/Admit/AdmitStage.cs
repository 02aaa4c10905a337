using System.Globalization;
using PhiGateway.Audit.Journal;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Admit;

/// <summary>Is there room: rate and concurrency of the client and of what it shares, space in the journal, uses of the task that its token names?</summary>
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
        if (!QuotaKeeper.IsReady(exchange.Identified.Client, exchange.Admitted.Ticket, exchange.Now))
        {
            return LeaseAsync(exchange);
        }

        return TakeAsync(exchange);
    }

    private ValueTask<StageResult> TakeAsync(GatewayExchange exchange)
    {
        if (exchange.Admitted.Ticket.IsShared || DayBudget.IsAnyIn(exchange.Identified.Client.Client.Limits))
        {
            var left = TakeBudgets(exchange);
            if (!left.Continues)
            {
                return new(left);
            }
        }

        var agents = ActingAgents.Of(exchange.Identified.Caller, exchange.Identified.Client, exchange.Snapshot);
        if (agents.Count > 0)
        {
            return TakeCallsAsync(exchange, agents);
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

    private async ValueTask<StageResult> TakeCallsAsync(GatewayExchange exchange, IReadOnlyList<ClientEntry> agents)
    {
        var taken = await tasks.TakeCallsAsync(exchange, agents, UsesOf(exchange));
        return taken.Continues && exchange.Identified.Caller.Task is not null
            ? await tasks.TakeNamedAsync(exchange, UsesOf(exchange))
            : taken;
    }

    private async ValueTask<StageResult> LeaseAsync(GatewayExchange exchange)
    {
        await quotas.EnterAsync(exchange.Identified.Client, exchange.Admitted.Ticket, exchange.Now, exchange.Http.RequestAborted);
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

        var rate = brake.RateWaitOf(exchange, 1, out var owner);
        return rate > TimeSpan.Zero ? HoldOffAtRate(exchange, rate, owner) : StageResult.Continue;
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

        foreach (var owner in LimitOwners.All)
        {
            if (cost > 1 && ClientRate.Of(exchange, owner, options) is { } rate)
            {
                exchange.Admitted.Ticket.Of(owner)?.ChargeHere(rate, cost - 1, ClientRate.IsEmergency(exchange));
            }
        }

        return StageResult.Continue;
    }

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

        if (EnterGates(exchange, out var full) is not { } ticket)
        {
            return StageResult.Refuse(DenyReason.ConcurrencyLimited, full == LimitOwner.Client ? null : full.NameOf("concurrency"));
        }

        // From here on the exchange gives it back, however the request ends.
        exchange.Fill(new Admitted(ticket));
        return Conform(exchange, ticket, cost);
    }

    // A place among the client's own, then among those it shares; where there is none in one of them, in none.
    private AdmissionTicket? EnterGates(GatewayExchange exchange, out LimitOwner full)
    {
        var entry = exchange.Identified.Client;
        var (own, ofUseCase, ofAll) = (
            gates.Of(entry.Client.Id),
            gates.Of(entry, LimitOwner.UseCase),
            gates.Of(entry, LimitOwner.Organization)
        );
        own.Follow(ClientRate.SharedOf(entry.Client), entry.Client.Limits.Concurrency);
        var isEmergency = ClientRate.IsEmergency(exchange);
        full = LimitOwner.Client;
        if (!own.TryTakePlace(entry.Client.Limits.Concurrency ?? options.Limits.Concurrency, isEmergency))
        {
            return null;
        }

        full = LimitOwner.UseCase;
        if (!TryTakeShared(ofUseCase, entry.UseCase?.Limits, isEmergency))
        {
            own.Leave();
            return null;
        }

        full = LimitOwner.Organization;
        if (TryTakeShared(ofAll, entry.Organization?.Limits, isEmergency))
        {
            return new AdmissionTicket(own, ofUseCase, ofAll);
        }

        ofUseCase?.Leave();
        own.Leave();
        return null;
    }

    // Safety: what others use up of a place that is shared refuses no emergency.
    private static bool TryTakeShared(ClientGate? gate, ClientLimits? limits, bool isEmergency)
    {
        if (gate is null || limits is null)
        {
            return true;
        }

        gate.Follow(limits.RequestsPerSecond, limits.Concurrency);
        return gate.TryTakePlace(
            isEmergency ? int.MaxValue : limits.Concurrency ?? int.MaxValue,
            isEmergency || limits.Concurrency is null
        );
    }

    private StageResult Conform(GatewayExchange exchange, AdmissionTicket ticket, int cost)
    {
        var isEmergency = ClientRate.IsEmergency(exchange);
        if (ticket.IsShared && !isEmergency)
        {
            // What one of them refuses is taken of none.
            var shared = brake.RateWaitOf(exchange, cost, out var full);
            if (shared > TimeSpan.Zero)
            {
                return HoldOffAtRate(exchange, shared, full);
            }
        }

        var now = clock.GetElapsedTime(_started);
        foreach (var owner in LimitOwners.All)
        {
            if (ticket.Of(owner) is not { } gate || ClientRate.Of(exchange, owner, options) is not { } rate)
            {
                continue;
            }

            var wait = gate.ConformHere(rate, now, cost, isEmergency);

            // Safety: it counts against what is shared, and what others used up of it refuses no emergency.
            if (wait > TimeSpan.Zero && (owner == LimitOwner.Client || !isEmergency))
            {
                return HoldOffAtRate(exchange, wait, owner);
            }
        }

        return StageResult.Continue;
    }

    private StageResult HoldOffAtRate(GatewayExchange exchange, TimeSpan wait, LimitOwner owner)
    {
        var rate = ClientRate.Of(exchange, owner, options) ?? 0;
        RateLimitFields.Write(exchange.Http.Response, owner.NameOf("requests"), rate, TimeSpan.FromSeconds(1), 0, wait);
        return HoldOff(exchange, wait, owner == LimitOwner.Client ? null : owner.NameOf("requests-per-second"));
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

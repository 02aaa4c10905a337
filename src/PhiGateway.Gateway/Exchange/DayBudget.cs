using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Something that a client, or all clients of a use case or organization, may have so much of on a day, counted over all nodes as records
/// are: which limit is meant, and how it is called.
/// Asked by Admit and by the way out.
/// </summary>
/// <param name="Name">In refusals and metrics.</param>
/// <param name="Suffix">Behind the owner's name where nodes tell each other: no id has a slash.</param>
/// <param name="LimitOf">The owner's limit; null: none.</param>
internal sealed record DayBudget(string Name, string Suffix, Func<ClientLimits, long?> LimitOf)
{
    public static readonly DayBudget Bytes = new("bytes-per-day", "/bytes", static limits => limits.BytesPerDay)
    {
        YieldsToEmergency = true,
    };
    public static readonly DayBudget Exports = new("exports-per-day", "/exports", static limits => limits.ExportsPerDay);
    public static readonly DayBudget Writes = new("writes-per-day", "/writes", static limits => limits.WritesPerDay)
    {
        YieldsToEmergency = true,
    };
    public static readonly DayBudget BreakGlass = new("break-glass-per-day", "/break-glass", static limits => limits.BreakGlassPerDay);

    public static readonly DayBudget[] All = [Bytes, Exports, Writes, BreakGlass];

    /// <summary>
    /// Whether what others used up of it refuses no emergency use. Exports are nobody's bedside, and the budget of emergencies bounds them.
    /// </summary>
    private bool YieldsToEmergency { get; init; }

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Whether a client has any of them; most have none.</summary>
    public static bool IsAnyIn(ClientLimits limits) =>
        limits is not { BytesPerDay: null, ExportsPerDay: null, WritesPerDay: null, BreakGlassPerDay: null };

    /// <summary>
    /// Continues when so much was left of it, of the client's own and of what it shares, and is taken; a refusal says when there is more.
    /// </summary>
    /// <param name="exchange">A request that was admitted.</param>
    /// <param name="amount">How much it takes; 0: nothing.</param>
    public StageResult Take(GatewayExchange exchange, long amount)
    {
        if (amount == 0)
        {
            return StageResult.Continue;
        }

        // What one of them refuses is taken of none.
        if (exchange.Admitted.Ticket.IsShared && Refusing(exchange, amount, Step.Look) is { } full)
        {
            return Refuse(exchange, full, amount);
        }

        return Refusing(exchange, amount, Step.Take) is { } owner ? Refuse(exchange, owner, amount) : StageResult.Continue;
    }

    /// <summary>
    /// Takes so much of it, whatever is left: what was done upstream is not called refused, or its client would do it again.
    /// </summary>
    public void Charge(GatewayExchange exchange, long amount) => _ = Refusing(exchange, amount, Step.Charge);

    /// <summary>Continues while anything is left of it; asked before anything is done.</summary>
    public StageResult Ask(GatewayExchange exchange) =>
        Refusing(exchange, 1, Step.Ask) is { } owner ? Refuse(exchange, owner, 1) : StageResult.Continue;

    // Whose limit refuses it; null: nobody's.
    private LimitOwner? Refusing(GatewayExchange exchange, long amount, Step step)
    {
        for (var place = 0; place < LimitOwners.All.Length; place++)
        {
            var owner = LimitOwners.All[place];
            if (
                exchange.Identified.Client.LimitsOf(owner) is not { } limits
                || LimitOf(limits) is not { } most
                || exchange.Admitted.Ticket.Of(owner)?.Of(this) is not { } quota
            )
            {
                continue;
            }

            // Safety: it counts against what is shared, and goes beyond it on record.
            var isYielding = YieldsToEmergency && exchange.MayPass(owner);
            if (isYielding && step == Step.Take && !quota.HasRoom(amount, most, exchange.Now))
            {
                exchange.Passed.Add(owner.NameOf(Name));
            }

            var fits = step switch
            {
                Step.Look => isYielding || quota.HasRoom(amount, most, exchange.Now),
                Step.Ask => isYielding || quota.HasAny(most, exchange.Now),
                _ => quota.TryTake(amount, most, exchange.Now, anyway: isYielding || step == Step.Charge),
            };
            if (!fits)
            {
                return owner;
            }
        }

        return null;
    }

    private StageResult Refuse(GatewayExchange exchange, LimitOwner owner, long amount)
    {
        var name = owner.NameOf(Name);
        var quota = exchange.Admitted.Ticket.Of(owner)!.Of(this);
        var most = LimitOf(exchange.Identified.Client.LimitsOf(owner)!)!.Value;
        RateLimitFields.WriteUsedUp(exchange.Http.Response, name, most, Day, quota.RecordsLeft, exchange.Now, amount);
        return StageResult.Refuse(DenyReason.QuotaExceeded, name);
    }

    private enum Step : byte
    {
        Look,
        Ask,
        Take,
        Charge,
    }
}

using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Something that a client may have so much of on a day, counted over all nodes as records are: which limit is meant, and how it is called.
/// Asked by Admit and by the way out.
/// </summary>
/// <param name="Name">In refusals and metrics.</param>
/// <param name="Suffix">Behind the client's id where nodes tell each other: no id has a slash.</param>
/// <param name="LimitOf">The client's limit; null: none.</param>
internal sealed record DayBudget(string Name, string Suffix, Func<ClientLimits, long?> LimitOf)
{
    public static readonly DayBudget Bytes = new("bytes-per-day", "/bytes", static limits => limits.BytesPerDay);
    public static readonly DayBudget Exports = new("exports-per-day", "/exports", static limits => limits.ExportsPerDay);
    public static readonly DayBudget Writes = new("writes-per-day", "/writes", static limits => limits.WritesPerDay);
    public static readonly DayBudget BreakGlass = new("break-glass-per-day", "/break-glass", static limits => limits.BreakGlassPerDay);

    public static readonly DayBudget[] All = [Bytes, Exports, Writes, BreakGlass];

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Whether a client has any of them; most have none.</summary>
    public static bool IsAnyIn(ClientLimits limits) =>
        limits is not { BytesPerDay: null, ExportsPerDay: null, WritesPerDay: null, BreakGlassPerDay: null };

    /// <summary>Continues when so much was left of it, which is taken; a refusal says when there is more.</summary>
    /// <param name="exchange">A request that was admitted.</param>
    /// <param name="amount">How much it takes; 0: nothing.</param>
    public StageResult Take(GatewayExchange exchange, long amount)
    {
        if (amount == 0 || LimitOf(exchange.Identified.Client.Client.Limits) is not { } most)
        {
            return StageResult.Continue;
        }

        var quota = exchange.Admitted.Ticket.Gate.Of(this);
        if (quota.TryTake(amount, most, exchange.Now))
        {
            return StageResult.Continue;
        }

        return Refuse(exchange, quota, most, amount);
    }

    /// <summary>
    /// Takes so much of it, whatever is left: what was done upstream is not called refused, or its client would do it again.
    /// </summary>
    public void Charge(GatewayExchange exchange, long amount)
    {
        if (LimitOf(exchange.Identified.Client.Client.Limits) is { } most)
        {
            _ = exchange.Admitted.Ticket.Gate.Of(this).TryTake(amount, most, exchange.Now, anyway: true);
        }
    }

    /// <summary>Continues while anything is left of it; asked before anything is done.</summary>
    public StageResult Ask(GatewayExchange exchange)
    {
        if (LimitOf(exchange.Identified.Client.Client.Limits) is not { } most)
        {
            return StageResult.Continue;
        }

        var quota = exchange.Admitted.Ticket.Gate.Of(this);
        return quota.HasAny(most, exchange.Now) ? StageResult.Continue : Refuse(exchange, quota, most, 1);
    }

    private StageResult Refuse(GatewayExchange exchange, ClientQuota quota, long most, long amount)
    {
        RateLimitFields.WriteUsedUp(exchange.Http.Response, Name, most, Day, quota.RecordsLeft, exchange.Now, amount);
        return StageResult.Refuse(DenyReason.QuotaExceeded, Name);
    }
}

using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Gateway.Admit;

/// <summary>How many requests a second the client of a request may send; asked by Admit and by the brake.</summary>
internal static class ClientRate
{
    /// <summary>The client's own rate, else that of all; less while it is throttled.</summary>
    /// <param name="exchange">Of an identified client.</param>
    /// <param name="options">For the rate of all.</param>
    public static int Of(GatewayExchange exchange, GatewayOptions options)
    {
        var client = exchange.Identified.Client.Client;
        var rate = client.Limits.RequestsPerSecond ?? options.Limits.RequestsPerSecond;
        return client.Throttle is { } throttle && !IsEmergency(exchange) ? Math.Min(rate, throttle.RequestsPerSecond) : rate;
    }

    /// <summary>The rate of one owner of the client's limits; null: it has none.</summary>
    public static int? Of(GatewayExchange exchange, LimitOwner owner, GatewayOptions options) =>
        owner == LimitOwner.Client ? Of(exchange, options) : exchange.Identified.Client.LimitsOf(owner)?.RequestsPerSecond;

    /// <summary>What the registry sets of the client's rate, which all nodes share: its limit or a throttle; null: neither.</summary>
    public static int? SharedOf(Client client) =>
        client.Throttle is { } throttle
            ? Math.Min(client.Limits.RequestsPerSecond ?? int.MaxValue, throttle.RequestsPerSecond)
            : client.Limits.RequestsPerSecond;

    /// <summary>
    /// Whether it is asked for in an emergency that the use case covers: safety goes before a throttle and before the brake, at the client's
    /// own rate.
    /// </summary>
    public static bool IsEmergency(GatewayExchange exchange) =>
        exchange.Identified.Client.UseCase is { AllowsBreakGlass: true } && IsForEmergency(exchange);

    /// <summary>Whether the token says so.</summary>
    public static bool IsForEmergency(GatewayExchange exchange)
    {
        var purposes = exchange.Identified.Caller.Purposes;
        for (var place = 0; place < purposes.Count; place++)
        {
            if (purposes[place].IsBreakGlass)
            {
                return true;
            }
        }

        return false;
    }
}

using System.Runtime.CompilerServices;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// How long upstreams took for each request, where somebody measures it; apart from the exchange, so that no other request pays for it.
/// Thread-safe: several calls of one request may be under way.
/// </summary>
internal static class UpstreamTimes
{
    private static readonly ConditionalWeakTable<GatewayExchange, Sum> Known = [];

    /// <summary>All calls of a request until the heads of their answers were there; zero where nobody measures it.</summary>
    public static TimeSpan Of(GatewayExchange exchange) => Known.TryGetValue(WholeOf(exchange), out var sum) ? sum.Took : TimeSpan.Zero;

    /// <summary>Adds one call.</summary>
    public static void Note(GatewayExchange exchange, TimeSpan took) => Known.GetValue(WholeOf(exchange), static _ => new Sum()).Add(took);

    // What is asked for an entry is asked for its batch.
    private static GatewayExchange WholeOf(GatewayExchange exchange) => exchange.Bundle ?? exchange;

    private sealed class Sum
    {
        private long _ticks;

        public TimeSpan Took => new(Interlocked.Read(ref _ticks));

        public void Add(TimeSpan took) => Interlocked.Add(ref _ticks, took.Ticks);
    }
}

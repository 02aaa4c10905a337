using PhiGateway.Gateway.Configuration;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Opens pooled buffers for answers that are held whole and for what is written of them, within the node's memory budget; used by release
/// and lookups.
/// </summary>
internal sealed class AnswerBuffers(GatewayOptions options, HeldMemory memory)
{
    /// <summary>A buffer for one answer, of the size that may be held.</summary>
    /// <param name="exchange">The request; a write that was sent comes before reads.</param>
    public PooledBuffer Open(GatewayExchange exchange) => Open(exchange, options.Limits.MaxAnswer);

    /// <summary>The same, with a bound of its own.</summary>
    public PooledBuffer Open(GatewayExchange exchange, int most) => new(most, memory, PurposeOf(exchange));

    /// <summary>Room for what is worked on beside the buffers.</summary>
    public HeldShare Take(GatewayExchange exchange, long bytes) => memory.Take(bytes, PurposeOf(exchange));

    /// <summary>Room for what is worked out for a write and held until it has gone; of an entry of a bundle, beside that of the others.</summary>
    public HeldShare TakeUntilSent(GatewayExchange exchange, long bytes) =>
        memory.Take(bytes, PurposeOf(exchange), isOneOfMany: exchange.Bundle is not null);

    /// <summary>Whether so much more would fit, for whoever could do with less.</summary>
    public bool HasRoom(GatewayExchange exchange, long bytes) => memory.HasRoom(bytes, PurposeOf(exchange));

    /// <summary>What an answer to this request is held for.</summary>
    public static HeldFor PurposeOf(GatewayExchange exchange)
    {
        if (exchange.IntentRecorded)
        {
            return HeldFor.Write;
        }

        for (var i = 0; i < exchange.Entries.Count; i++)
        {
            if (exchange.Entries[i].Known.Request is { IsWrite: true })
            {
                return HeldFor.Write;
            }
        }

        return HeldFor.Read;
    }
}

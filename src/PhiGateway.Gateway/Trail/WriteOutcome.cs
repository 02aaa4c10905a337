using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Trail;

/// <summary>
/// Says whether the upstream applied a write, did not, or whether that is unknown; asked by <see cref="AuditTrail"/> for a write that ends
/// in a refusal after its intent. The trail never claims to know what it does not.
/// </summary>
internal static class WriteOutcome
{
    /// <summary>The upstream said so.</summary>
    public const string Applied = "applied";

    /// <summary>The upstream refused it, or never heard of it.</summary>
    public const string NotApplied = "not-applied";

    /// <summary>It was sent, and no answer says what became of it: cut, too late, unreadable, a fault of the upstream.</summary>
    public const string Unknown = "unknown";

    /// <summary>The word for a write that the client is refused.</summary>
    public static string Of(GatewayExchange exchange, DenyReason reason)
    {
        // The intent is on record and nobody knows whether the call went on: a fault, or a client that went away meanwhile.
        if (exchange.Known.Reply is not { } reply)
        {
            return Unknown;
        }

        if (!reply.WasSent)
        {
            return NotApplied;
        }

        return reply.Status switch
        {
            408 or 429 => Unknown,
            >= 400 and < 500 => NotApplied,
            >= 200 and < 300 when IsSaid(exchange, reply.Answer.Value, reason) => Applied,
            _ => Unknown,
        };
    }

    // What is longer than may be held was not looked into: a page of somebody's between here and the server may be of any length, and what was
    // not made anew may be another's.
    private static bool IsSaid(GatewayExchange exchange, UpstreamAnswer answer, DenyReason reason)
    {
        if (reason != DenyReason.AnswerTooLarge || answer.Status == 201)
        {
            return reason != DenyReason.UnreadableAnswer;
        }

        return answer.SaysJson && exchange.Known.Request is not { Interaction: Interaction.Create };
    }
}

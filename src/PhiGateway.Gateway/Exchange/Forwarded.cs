namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// What the Forward stage adds to the exchange: the upstream's reply to the client's own call, or how that failed. The audit record tells
/// of this call and of no lookup.
/// </summary>
/// <param name="Reply">The reply.</param>
internal readonly record struct Forwarded(UpstreamReply Reply)
{
    /// <summary>The answer, unread.</summary>
    public UpstreamAnswer Answer => Reply.Answer.Value;
}

namespace PhiGateway.Gateway.Exchange;

/// <summary>What came of the client's own call: its answer, or how it failed. The record tells of this call and of no lookup.</summary>
/// <param name="Reply">The reply.</param>
internal readonly record struct Forwarded(UpstreamReply Reply)
{
    /// <summary>The answer, unread.</summary>
    public UpstreamAnswer Answer => Reply.Answer.Value;
}

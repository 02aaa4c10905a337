namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// The outcome of one call to an upstream: the answer or how it failed, which destination was asked, and whether the call may have arrived.
/// </summary>
/// <param name="Answer">The answer, headers read, body not; or how it failed.</param>
/// <param name="Destination">The destination that was asked; null: none was there.</param>
/// <param name="WasSent">Whether the call may have reached the upstream, answered or not.</param>
internal readonly record struct UpstreamReply(StageResult<UpstreamAnswer> Answer, string? Destination, bool WasSent = true)
{
    /// <summary>Status of the answer; 0: none came.</summary>
    public int Status => Answer.Continues ? Answer.Value.Status : 0;
}

namespace PhiGateway.Sinks.Feeding;

/// <summary>How one sink stands, for readiness and metrics.</summary>
/// <param name="Name">Its configured name.</param>
/// <param name="Sent">Events that were sent since the start; those sent again count again.</param>
/// <param name="Lag">Stored or durable records of this node that the receiver is not known to have.</param>
/// <param name="Behind">Age of the oldest of them; zero when there is none.</param>
/// <param name="Failures">Tries that failed since the start.</param>
/// <param name="Gaps">Records that were no longer in the store when it was their turn.</param>
/// <param name="LastError">Why the last try failed, in words without PHI; null after a success.</param>
public sealed record SinkStatus(string Name, long Sent, long Lag, TimeSpan Behind, long Failures, long Gaps, string? LastError)
{
    /// <summary>Events that the receiver refused out of batches that it took: they are in the trail, not there.</summary>
    public long Rejected { get; init; }
}

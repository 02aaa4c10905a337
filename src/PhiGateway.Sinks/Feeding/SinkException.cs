namespace PhiGateway.Sinks.Feeding;

/// <summary>A receiver did not take events; the message names no host and nothing of what was sent.</summary>
internal sealed class SinkException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>How long the receiver asks not to be called; null: it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

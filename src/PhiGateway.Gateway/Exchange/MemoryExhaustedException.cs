using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Thrown when a buffer would exceed the node's memory budget; turned into a refusal by the request runner, or for an entry of a batch by
/// the batch's release.
/// </summary>
/// <param name="purpose">What the room was for.</param>
internal sealed class MemoryExhaustedException(HeldFor purpose) : Exception("This node holds as much as it may.")
{
    /// <summary>What the refusal says besides.</summary>
    public const string Budget = "held-memory";

    /// <summary>The refusal: what was changed already is not to be asked for again.</summary>
    public DenyReason Reason { get; } = purpose == HeldFor.Write ? DenyReason.AnswerTooLarge : DenyReason.MemoryExhausted;
}

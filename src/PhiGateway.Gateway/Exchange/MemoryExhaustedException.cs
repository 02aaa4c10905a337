using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// This node holds as much as it may; becomes a refusal where requests are walked, or where the entry of a batch is answered.
/// </summary>
/// <param name="purpose">What the room was for.</param>
internal sealed class MemoryExhaustedException(HeldFor purpose) : Exception("This node holds as much as it may.")
{
    /// <summary>The refusal: what was changed already is not to be asked for again.</summary>
    public DenyReason Reason { get; } = purpose == HeldFor.Write ? DenyReason.AnswerTooLarge : DenyReason.MemoryExhausted;
}

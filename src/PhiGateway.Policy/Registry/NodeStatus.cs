namespace PhiGateway.Policy.Registry;

/// <summary>What one gateway node last reported about itself: the registry revision it enforces, when, and what is wrong.</summary>
/// <param name="Node">Node name.</param>
/// <param name="Revision">Registry revision it enforces.</param>
/// <param name="At">When it said so, UTC.</param>
/// <param name="Problem">Why it could not take a newer one, in words without PHI; null when all is well.</param>
/// <param name="Confirmed">When it last knew that to be the newest revision, UTC; null: not known.</param>
/// <param name="Unshipped">Records of its journal that the audit store does not have yet; null: not known.</param>
public sealed record NodeStatus(
    string Node,
    long Revision,
    DateTimeOffset At,
    string? Problem,
    DateTimeOffset? Confirmed = null,
    long? Unshipped = null
)
{
    /// <summary>
    /// Security: the row does not bear the registry's seal, so nobody knows that the node wrote it: it says nothing but that there is such a
    /// node. False by default.
    /// </summary>
    public bool IsUnproven { get; init; }
}

namespace PhiGateway.Admin.Status;

/// <summary>
/// Gives the control plane what the host knows of its own node. Optional: without it the snapshot accessor and the journal say what they
/// can.
/// </summary>
public interface INodeHealth
{
    /// <summary>State now; cheap.</summary>
    NodeHealth Get();
}

/// <summary>The state of this node as its host sees it: the registry revision it enforces, since when, and what is wrong.</summary>
/// <param name="Node">Node name.</param>
/// <param name="Revision">Registry revision it enforces.</param>
/// <param name="LoadedAt">When it took that revision, UTC; null: unknown.</param>
/// <param name="Source">Where it came from: <c>database</c> or <c>last-good-snapshot</c>.</param>
/// <param name="LastError">Why a newer one could not be taken, in words without PHI; null: all is well.</param>
/// <param name="Problems">Rows that contradict each other or cannot be read.</param>
/// <param name="NotUnderstood">How many of them are of a newer version, which this node does not understand.</param>
/// <param name="Unshipped">Records of the journal that the audit store does not have yet; absent: not known.</param>
public sealed record NodeHealth(
    string Node,
    long Revision,
    DateTimeOffset? LoadedAt,
    string Source,
    string? LastError,
    int Problems,
    int NotUnderstood = 0,
    long? Unshipped = null
);

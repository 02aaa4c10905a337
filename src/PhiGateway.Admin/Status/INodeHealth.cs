namespace PhiGateway.Admin.Status;

/// <summary>
/// Gives the control plane what the host knows of its own node. Optional: without it the snapshot accessor and the journal say what they
/// can.
/// </summary>
public interface INodeHealth
{
    /// <summary>State now; cheap.</summary>
    NodeHealth Get();

    /// <summary>What keeps the trail true beside the log itself; null: the host does not say.</summary>
    TrustHealth? GetTrust() => null;
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

/// <summary>Who else watches this node's trail, and who has it beside the store.</summary>
/// <param name="Verifier">The node's own verifier.</param>
/// <param name="Witnesses">Who cosigns its checkpoints; empty: nobody was asked.</param>
/// <param name="Sinks">Where records are sent on; empty: nowhere.</param>
public sealed record TrustHealth(VerifierHealth Verifier, IReadOnlyList<WitnessHealth> Witnesses, IReadOnlyList<SinkHealth> Sinks);

/// <summary>What the node's verifier found, which holds the store against the log again and again.</summary>
/// <param name="Verified">Records verified since the start.</param>
/// <param name="LastRound">When the last slice was, UTC; null: none was yet.</param>
/// <param name="Findings">What is not as it should be, each in words.</param>
/// <param name="Problem">Why the last slice could not be verified; null: it was.</param>
public sealed record VerifierHealth(long Verified, DateTimeOffset? LastRound, IReadOnlyList<string> Findings, string? Problem);

/// <summary>One witness.</summary>
/// <param name="Name">Which.</param>
/// <param name="Size">Records under what it cosigned last; -1: nothing since the start.</param>
/// <param name="At">When, UTC; null: not since the start.</param>
/// <param name="Problem">Why it did not just now; null: it did.</param>
public sealed record WitnessHealth(string Name, long Size, DateTimeOffset? At, string? Problem);

/// <summary>One receiver of records.</summary>
/// <param name="Name">Which.</param>
/// <param name="Lag">Records that it is not known to have.</param>
/// <param name="Behind">Age of the oldest of them.</param>
/// <param name="Problem">Why the last try failed; null: it did not.</param>
public sealed record SinkHealth(string Name, long Lag, TimeSpan Behind, string? Problem);

namespace PhiGateway.Admin.Trail;

/// <summary>The fleet log that this node keeps.</summary>
/// <param name="Key">Its key: write it down where the node's people cannot change it.</param>
/// <param name="Checkpoint">The newest checkpoint; null: it has no head yet.</param>
/// <param name="Heads">How many heads it has.</param>
/// <param name="Problem">What keeps it from taking more; null: nothing.</param>
/// <param name="Logs">Every log of which it has heads.</param>
/// <param name="Witnessed">Heads under the newest checkpoint that enough witnesses have cosigned; null: none is asked.</param>
public sealed record FleetReport(
    string Key,
    string? Checkpoint,
    long Heads,
    string? Problem,
    IReadOnlyList<FleetLogReport> Logs,
    long? Witnessed = null
);

/// <summary>One log of the fleet.</summary>
/// <param name="Log">Its name.</param>
/// <param name="Size">Records under the largest checkpoint that it signed.</param>
/// <param name="At">When its node sent that one, by its own clock; null: none yet.</param>
/// <param name="IsContradicted">Whether it has signed what contradicts what it signed before.</param>
public sealed record FleetLogReport(string Log, long Size, DateTimeOffset? At, bool IsContradicted);

/// <summary>That the newest checkpoint of a log is in the fleet log.</summary>
/// <param name="Log">The log.</param>
/// <param name="Head">Its line in the fleet log's file of heads, of which the entry is made.</param>
/// <param name="Proof">C2SP tlog-proof up to the fleet log's checkpoint.</param>
public sealed record FleetInclusion(string Log, string Head, string Proof);

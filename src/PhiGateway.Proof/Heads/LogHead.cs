namespace PhiGateway.Proof.Heads;

/// <summary>A signed checkpoint or statement of keys, as it is stored outside the node.</summary>
/// <param name="Log">Name of the log.</param>
/// <param name="Size">Size of the tree that it speaks of.</param>
/// <param name="Kind">Which of the two.</param>
/// <param name="Note">The signed note.</param>
/// <param name="Time">When the node sent it, UTC, by its own clock.</param>
public sealed record LogHead(string Log, long Size, LogHeadKind Kind, string Note, DateTimeOffset Time);

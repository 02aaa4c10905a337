namespace PhiGateway.Admin.Trail;

/// <summary>The public part of a node's transparency log: its newest checkpoint and its keys.</summary>
/// <param name="Log">Name of the log.</param>
/// <param name="Checkpoint">The newest checkpoint, a signed note.</param>
/// <param name="Keys">The log's own keys: name, id and key.</param>
/// <param name="Statements">How the keys followed one another, signed notes.</param>
/// <param name="Witnessed">The newest checkpoint that enough witnesses have cosigned, a signed note; null: none is asked, or has yet.</param>
public sealed record LogReport(
    string Log,
    string Checkpoint,
    IReadOnlyList<string> Keys,
    IReadOnlyList<string> Statements,
    string? Witnessed
);

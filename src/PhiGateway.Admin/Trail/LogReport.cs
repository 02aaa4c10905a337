namespace PhiGateway.Admin.Trail;

/// <summary>What a node publishes of its log.</summary>
/// <param name="Log">Name of the log.</param>
/// <param name="Checkpoint">The newest checkpoint, a signed note.</param>
/// <param name="Keys">The log's own keys: name, id and key.</param>
/// <param name="Statements">How the keys followed one another, signed notes.</param>
public sealed record LogReport(string Log, string Checkpoint, IReadOnlyList<string> Keys, IReadOnlyList<string> Statements);

namespace PhiGateway.Gateway.Health;

/// <summary>How a loop beside the requests is; told by whoever runs it.</summary>
/// <param name="Part">Which.</param>
/// <param name="IsNeeded">Whether a node on which it does not go on has to close before long.</param>
/// <param name="IsRunning">Whether it runs; false: it waits to be started again.</param>
/// <param name="Faults">How many faults in a row ended it; 0: it is well.</param>
/// <param name="Fault">The kind of the last one; null: none.</param>
/// <param name="At">When that was; null: none.</param>
internal sealed record LoopStatus(string Part, bool IsNeeded, bool IsRunning, int Faults, string? Fault, DateTimeOffset? At);

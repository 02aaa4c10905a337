namespace PhiGateway.Admin.Configuration;

/// <summary>What shadows of candidates may cost on a node; given by the host.</summary>
/// <param name="Most">How many run at once, each of one use case; 0: none may be started.</param>
/// <param name="PerSecond">How many records of one log and second each of them judges; the others are counted as not judged.</param>
public sealed record ShadowRules(int Most = 4, int PerSecond = 50);

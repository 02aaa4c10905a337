namespace PhiGateway.Gateway.Configuration;

/// <summary>What an operator writes about shadows: candidates of use cases that are judged beside what is in force.</summary>
public sealed class ShadowPlaneOptions
{
    /// <summary>How many run at once, each of one use case; null: 4, 0: none may be started.</summary>
    public int? Most { get; set; }

    /// <summary>How many records of one node and second each of them judges; null: 50.</summary>
    public int? PerSecond { get; set; }
}

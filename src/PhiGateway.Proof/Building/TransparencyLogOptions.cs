namespace PhiGateway.Proof.Building;

/// <summary>The settings of a node's transparency log: its folders, and how often its keys evolve and its heads leave the node.</summary>
public sealed record TransparencyLogOptions
{
    /// <summary>Folder of the published files, one folder below it per generation of the log; holds nothing secret.</summary>
    public required string Directory { get; init; }

    /// <summary>Folder of the private keys, one folder below it per generation.</summary>
    public required string KeyDirectory { get; init; }

    /// <summary>For one start: a log whose published files are gone is begun anew.</summary>
    public bool AcceptNew { get; init; }

    /// <summary>Longest time between a record and the checkpoint that covers it, while the node is well; default 1 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an evolving key signs before it is replaced and destroyed; default 1 h.</summary>
    public TimeSpan EvolveEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often the newest checkpoint is put where the node cannot write again; default 1 min.</summary>
    public TimeSpan ExportEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Least time between two rounds that make tiles durable; default 30 s: each holds up whatever else is being written. What a crash takes
    /// is made again from the journal, which keeps it until then.
    /// </summary>
    public TimeSpan SyncEvery { get; init; } = TimeSpan.FromSeconds(30);
}

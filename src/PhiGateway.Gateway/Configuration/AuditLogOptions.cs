namespace PhiGateway.Gateway.Configuration;

/// <summary>
/// What an operator writes about the transparency log over the journal: its folders, its keys' lifetimes and its background verifier.
/// </summary>
public sealed class AuditLogOptions
{
    /// <summary>Folder of the published files, tiles and checkpoints without PHI; default <c>log</c> below the journal's.</summary>
    public string? Directory { get; set; }

    /// <summary>Folder of the private keys; default <c>log-keys</c> below the journal's.</summary>
    public string? KeyDirectory { get; set; }

    /// <summary>
    /// How long an evolving key signs before it is replaced and destroyed; default 1 hour, 1 minute to 7 days. Security: what was recorded
    /// since the last change is what somebody who takes the node's keys could still write anew.
    /// </summary>
    public TimeSpan EvolveEvery { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How often the newest checkpoint is put into the audit store; default 1 minute, 1 second to 1 hour.</summary>
    public TimeSpan ExportEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often the background verifier takes a slice; default 30 seconds, 1 second to 1 hour.</summary>
    public TimeSpan VerifyEvery { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Records of a slice; default 2000, 1 to 100000.</summary>
    public int VerifyRecords { get; set; } = 2_000;

    /// <summary>
    /// Security: for one start, a log whose published files are gone is begun anew from what the journal holds; default false.
    /// </summary>
    public bool AcceptNew { get; set; }

    /// <summary>Witnesses that cosign this node's checkpoints; empty, the default: none does.</summary>
    public IReadOnlyList<WitnessPeerOptions> Witnesses { get; set; } = [];

    /// <summary>How many of them must have; null, the default: all.</summary>
    public int? WitnessQuorum { get; set; }

    /// <summary>How often they are asked; default 10 seconds, 1 second to 1 hour.</summary>
    public TimeSpan WitnessEvery { get; set; } = TimeSpan.FromSeconds(10);
}

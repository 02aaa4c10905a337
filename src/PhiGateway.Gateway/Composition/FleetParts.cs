using PhiGateway.Audit.Journal.Files;
using PhiGateway.Audit.Shipping;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Proof.Building;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Fleet;
using PhiGateway.Proof.Heads;
using PhiGateway.Proof.Verification;
using PhiGateway.Proof.Witnessing;

namespace PhiGateway.Gateway.Composition;

/// <summary>The fleet log that this node keeps, where the configuration says so; opened by <see cref="ProofParts"/>.</summary>
internal sealed class FleetParts : IDisposable
{
    private FleetParts(FleetLog log, FleetFeed feed, WitnessFeed? witnesses) => (Log, Feed, Witnesses) = (log, feed, witnesses);

    private FleetParts(FleetFault fault) => Fault = fault;

    /// <summary>The log; null: it cannot be opened.</summary>
    public FleetLog? Log { get; }

    /// <summary>What brings heads into it; null: it cannot be opened.</summary>
    public FleetFeed? Feed { get; }

    /// <summary>Asks the witnesses to cosign it; null: none is asked.</summary>
    public WitnessFeed? Witnesses { get; }

    /// <summary>Why it cannot be opened; null: it is open.</summary>
    public FleetFault? Fault { get; }

    /// <summary>
    /// Opens it; null: this node keeps none. One that cannot be opened is a finding: what a node serves does not hang on a log beside it.
    /// </summary>
    /// <param name="options">Configuration, validated.</param>
    /// <param name="keys">Folder of private keys.</param>
    /// <param name="read">Where heads are read: the control plane's login.</param>
    /// <param name="found">Told of what a node's log says against itself.</param>
    /// <param name="clock">Clock.</param>
    /// <param name="witnesses">Those of this node's own log; null: it has none.</param>
    public static FleetParts? Open(
        GatewayOptions options,
        string keys,
        (IAuditStore Records, IHeadStore Heads) read,
        Action<ProofFinding> found,
        TimeProvider clock,
        WitnessParts? witnesses = null
    )
    {
        var of = options.Audit.Fleet;
        if (!of.Keep)
        {
            return null;
        }

        var name = of.Name ?? LogOrigin.Of(options.Node) + "/fleet";
        var directory = of.Directory ?? Path.Combine(options.Audit.Journal.Directory, "fleet");
        FleetLog? log = null;
        try
        {
            var signer = new NoteSigner(name, KeyFile.OpenOrCreate(Path.Combine(keys, "fleet.key"), "key of the fleet log"));
            log = FleetLog.Open(directory, signer);
            log.Contradicted += found;
            var asked = of.Witnessed ? witnesses?.FeedOf(log.Files, log.Key) : null;
            log.PublishKeys();
            return new FleetParts(log, new FleetFeed(log, read.Records, read.Heads, of.Every, clock), asked);
        }
        catch (Exception fault) when (StartFaults.IsForOperators(fault))
        {
            log?.Dispose();
            found(new ProofFinding(FindingCode.FleetDamaged, name, null, fault.Message));
            return new FleetParts(new FleetFault(fault.Message));
        }
    }

    public void Dispose() => Log?.Dispose();
}

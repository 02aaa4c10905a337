using PhiGateway.Admin.Alerts;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Shipping;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Health;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Proof.Building;
using PhiGateway.Proof.Evidence;
using PhiGateway.Proof.Heads;
using PhiGateway.Proof.Verification;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// The transparency log of this node's journal and the verifier that goes round behind it; opened by <see cref="GatewayHost"/>.
/// </summary>
internal sealed class ProofParts : IDisposable
{
    private readonly ProofMetrics _metrics;

    private readonly ProofOutbox _outbox;

    private ProofParts(
        TransparencyLog log,
        LogWatch watch,
        ProofOutbox outbox,
        IHeadStore heads,
        WitnessParts witnesses,
        FleetParts? fleet,
        (string Logs, LogSecrets Secrets) kept
    )
    {
        _outbox = outbox;
        Log = log;
        Witnesses = witnesses;
        Fleet = fleet;
        Provers = new ProverSet(Prover, kept.Logs, kept.Secrets);
        Watch = watch;
        Heads = heads;
        _metrics = new ProofMetrics(log, watch);
    }

    public TransparencyLog Log { get; }

    public LogWatch Watch { get; }

    /// <summary>Makes proofs for the control plane.</summary>
    public LogProver Prover => new(Log.Files, Log.Entries);

    /// <summary>The same of each log that this node keeps.</summary>
    public ProverSet Provers { get; }

    /// <summary>The witness that this node is, and those that it asks.</summary>
    public WitnessParts Witnesses { get; }

    /// <summary>The fleet log that this node keeps; null: none.</summary>
    public FleetParts? Fleet { get; }

    /// <summary>What could not be opened and stops nobody, for readiness.</summary>
    public IReadOnlyList<StartProblem> Problems => Fleet?.Fault is { } fault ? [new StartProblem("fleet log", fault.Words)] : [];

    /// <summary>What asks others now and then, by name.</summary>
    public IEnumerable<(string Name, Func<CancellationToken, Task> Run)> Loops
    {
        get
        {
            yield return ("audit findings", _outbox.RunAsync);
            if (Witnesses.Feed is { } witnesses)
            {
                yield return ("witnesses", witnesses.RunAsync);
            }

            if (Fleet?.Feed is { } fleet)
            {
                yield return ("fleet log", fleet.RunAsync);
            }

            if (Fleet?.Witnesses is { } cosigning)
            {
                yield return ("fleet log witnesses", cosigning.RunAsync);
            }
        }
    }

    /// <summary>Heads in the store, as the control plane may read them.</summary>
    public IHeadStore Heads { get; }

    /// <summary>Opens the log or begins it.</summary>
    /// <param name="options">Configuration.</param>
    /// <param name="journal">The journal that it follows.</param>
    /// <param name="written">Where heads are put: the shipper's login.</param>
    /// <param name="read">Where records and heads are read for verification: the control plane's login.</param>
    /// <param name="alerts">Told of what the verifier finds.</param>
    /// <param name="pseudonym">Keyed pseudonyms.</param>
    /// <param name="clock">Clock.</param>
    /// <param name="logger">Where findings are told.</param>
    /// <exception cref="LogFaultException">Log and journal contradict each other, in words.</exception>
    public static ProofParts Open(
        GatewayOptions options,
        FileJournal journal,
        IHeadStore written,
        (IAuditStore Records, IHeadStore Heads) read,
        ProofAlerts alerts,
        PatientPseudonym pseudonym,
        TimeProvider clock,
        ILogger logger
    )
    {
        var of = options.Audit.Log;
        var logs = of.Directory ?? Path.Combine(options.Audit.Journal.Directory, "log");
        var keys = of.KeyDirectory ?? Path.Combine(options.Audit.Journal.Directory, "log-keys");
        var log = TransparencyLog.Open(
            journal,
            new TransparencyLogOptions
            {
                Directory = logs,
                KeyDirectory = keys,
                EvolveEvery = of.EvolveEvery,
                ExportEvery = of.ExportEvery,
                AcceptNew = of.AcceptNew,
            },
            written,
            pseudonym,
            clock
        );

        // A journal that is not the one that was signed: whatever is released now may never be proven.
        log.Stopped += why =>
        {
            journal.DistrustLog(why);
            GatewayLog.LogForked(logger, why);
        };
        var watch = new LogWatch(
            log,
            journal,
            read.Records,
            read.Heads,
            new LogWatchOptions { Interval = of.VerifyEvery, Records = of.VerifyRecords },
            clock
        );
        var outbox = new ProofOutbox(finding => journal.SayAsync("audit.finding", FindingText.Of(finding)), alerts.RaiseAsync, clock);
        outbox.Failed += (finding, fault) => GatewayLog.FindingUnrecorded(logger, finding.Code, fault?.GetType().Name ?? "no room");
        watch.Found += Tell;
        journal.StoreWentBack += watch.BeginAnew;
        var witnesses = WitnessParts.Open(options, keys, log, (TellAndClose, Tell), clock);
        var fleet = FleetParts.Open(options, keys, read, Tell, clock, witnesses);
        return new ProofParts(log, watch, outbox, read.Heads, witnesses, fleet, (logs, new LogSecrets(keys, pseudonym)));

        void Tell(ProofFinding finding)
        {
            GatewayLog.ProofFinding(logger, finding.Code, finding.Log, finding.Sequence, finding.Words);
            outbox.Add(finding);
        }

        // Shown with this log's own signature: the journal is not the one that was signed.
        void TellAndClose(ProofFinding finding)
        {
            Tell(finding);
            journal.DistrustLog(finding.Words);
            GatewayLog.LogForked(logger, finding.Words);
        }
    }

    public void Dispose()
    {
        _metrics.Dispose();
        Fleet?.Dispose();
        Witnesses.Dispose();
        Log.Dispose();
    }
}

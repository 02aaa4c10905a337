using System.Text.Json.Serialization;
using PhiGateway.Admin.Signals;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Shipping;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Following;
using PhiGateway.Gateway.Upstream.Credentials;
using PhiGateway.Identity.Issuers;
using PhiGateway.Proof.Building;
using PhiGateway.Proof.Verification;
using PhiGateway.Proof.Witnessing;
using PhiGateway.Sinks.Feeding;

namespace PhiGateway.Gateway.Health;

/// <summary>Says in words whether this node can serve, and why not.</summary>
internal sealed class Readiness(
    GatewayOptions options,
    SnapshotHolder snapshots,
    SnapshotFollower follower,
    FileJournal journal,
    AuditShipper shipper,
    Func<(TransparencyLogStatus Log, LogWatchStatus Watch, IReadOnlyList<WitnessStatus> Witnesses)> proof,
    Func<IReadOnlyList<SinkStatus>> sinks,
    Func<IReadOnlyList<SignalStatus>> signals,
    Func<IReadOnlyList<IssuerStatus>> issuers,
    Func<RouteStatus> routes,
    Func<IReadOnlyList<CredentialStatus>> credentials,
    Func<IReadOnlyList<StartProblem>> problems,
    Func<IReadOnlyList<LoopStatus>> loops,
    TimeProvider clock
)
{
    // So many faults in a row of what the node needs: it will not get well by itself, and others serve meanwhile.
    private const int FaultsToClose = 3;

    private volatile bool _isOpen;
    private volatile bool _isDraining;

    /// <summary>From here on the node's own listeners take connections: before, it is not ready, however well its parts are.</summary>
    public void Open() => _isOpen = true;

    /// <summary>From here on the node is not ready, however well it is: it is about to stop.</summary>
    public void BeginDraining() => _isDraining = true;

    /// <summary>Every part with its state.</summary>
    public ReadinessReport Report()
    {
        var now = clock.GetUtcNow();
        var parts = new List<ReadinessPart>(8) { Snapshot(now), Journal(), Store(), Proof(), Routes() };
        foreach (var issuer in issuers())
        {
            parts.Add(new ReadinessPart($"keys of {issuer.Name}", issuer.Ready, Critical: false, issuer.Message) { IsNamed = true });
        }

        var anyKeys = issuers().Any(static issuer => issuer.Ready);
        parts.Add(
            new ReadinessPart(
                "keys",
                anyKeys,
                Critical: true,
                anyKeys ? "at least one issuer's keys are there" : "no issuer's keys are there: every token is refused"
            )
        );
        parts.AddRange(sinks().Select(Sink));
        parts.AddRange(credentials().Select(Credential));
        parts.AddRange(signals().Select(Signal));
        parts.AddRange(
            problems().Select(static one => new ReadinessPart(one.Part, false, Critical: false, one.Words) { Plain = "see the node's log" })
        );
        parts.AddRange(Loops());
        if (!_isOpen)
        {
            parts.Add(new ReadinessPart("process", false, true, "starts: its listeners take no connections yet"));
        }
        else if (_isDraining)
        {
            parts.Add(new ReadinessPart("process", false, true, "is about to stop: what runs is finished, send it nothing more"));
        }

        return new ReadinessReport(
            parts.TrueForAll(static part => part.Ready || !part.Critical),
            options.Node,
            snapshots.Current.Revision,
            parts
        );
    }

    private ReadinessPart Snapshot(DateTimeOffset now)
    {
        if (snapshots.ConfirmedAt is not { } at)
        {
            return new ReadinessPart("snapshot", false, true, $"the registry has not been loaded yet: {follower.Problem ?? "loading"}");
        }

        var age = now - at;
        var problems = snapshots.Current.Problems.Count;
        var words =
            $"revision {snapshots.Current.Revision}, last seen current {(long)age.TotalSeconds} s ago, {problems} registry problems";
        foreach (
            var more in new[] { SnapshotFollower.NotUnderstoodWords(follower.NotUnderstood), follower.FailoverProblem }.OfType<string>()
        )
        {
            words += $"; {more}";
        }

        if (age > options.Registry.MaxSnapshotAge)
        {
            return new ReadinessPart("snapshot", false, true, $"{words}; older than {options.Registry.MaxSnapshotAge}: access is closed");
        }

        return new ReadinessPart(
            "snapshot",
            true,
            true,
            follower.Problem is { } problem ? $"{words}; {problem}: serving from the last good snapshot" : words
        );
    }

    private ReadinessPart Journal() =>
        journal.Status switch
        {
            JournalStatus.Open => new("journal", true, true, "takes records"),
            JournalStatus.NearlyFull => new("journal", true, true, "takes records, but is nearly full: ship or enlarge it"),
            JournalStatus.Full => new("journal", false, true, "is full: nothing can be released; see docs/runbooks/journal-full.md"),
            JournalStatus.Forked => new(
                "journal",
                false,
                true,
                $"{journal.Problem} Nothing is released until somebody has looked; see docs/runbooks/log-forked-or-rolled-back.md"
            )
            {
                Plain = "Nothing is released until somebody has looked; see docs/runbooks/log-forked-or-rolled-back.md",
            },
            JournalStatus.Dead => new(
                "journal",
                false,
                true,
                "failed to flush: nothing can be released until the node is restarted and the disk is checked"
            ),
            _ => new("journal", false, true, "is not open"),
        };

    private ReadinessPart Routes()
    {
        var status = routes();
        return new ReadinessPart(
            "routes",
            status.Refused is null,
            false,
            $"{status.Hash[..16]} since {status.Since:yyyy-MM-dd'T'HH:mm:ss'Z'}"
                + (status.Refused is null ? string.Empty : $"; a changed file is not in force: {status.Refused}")
        )
        {
            Plain = status.Refused is null ? "as configured" : "a changed file is not in force",
        };
    }

    private ReadinessPart Proof()
    {
        var (log, watch, witnesses) = proof();
        return ProofReadiness.Of(log, watch, witnesses);
    }

    // Informational: a receiver that is away keeps nobody from their data.
    private static ReadinessPart Sink(SinkStatus sink)
    {
        var words = $"{sink.Lag} records to send, the oldest {(long)sink.Behind.TotalSeconds} s old";
        return new ReadinessPart(
            $"sink {sink.Name}",
            sink.LastError is null,
            Critical: false,
            sink.LastError is null ? words : $"{words}; {sink.LastError}"
        )
        {
            IsNamed = true,
        };
    }

    // Informational too: tokens are judged as they are, and end by themselves.
    private static ReadinessPart Signal(SignalStatus of) =>
        new($"signals {of.Name}", !of.IsSilent, Critical: false, of.IsSilent ? $"silent; {of.Words}" : of.Words) { IsNamed = true };

    // Informational as well: other upstreams are served, and public documents.
    private static ReadinessPart Credential(CredentialStatus of) =>
        new(
            $"upstream credential {of.Name}",
            of is { IsThere: true, Problem: null },
            Critical: false,
            of.Problem ?? (of.IsThere ? "is there" : "is not there yet")
        )
        {
            IsNamed = true,
        };

    // One part for those that are well, and one for each that is not.
    private IEnumerable<ReadinessPart> Loops()
    {
        var all = loops();
        var faulted = all.Where(static loop => loop.Faults > 0).ToList();
        yield return new ReadinessPart(
            "loops",
            faulted.Count == 0,
            Critical: false,
            faulted.Count == 0
                ? $"{all.Count} beside the requests, none ended by a fault"
                : $"{faulted.Count} of {all.Count} ended by a fault"
        );
        foreach (var loop in faulted)
        {
            var now = loop.IsRunning ? "it runs again" : "it is started again soon";
            yield return new ReadinessPart(
                $"loop {loop.Part}",
                false,
                loop.IsNeeded && loop.Faults >= FaultsToClose,
                $"ended by {loop.Fault} at {loop.At:yyyy-MM-dd'T'HH:mm:ss'Z'}, {loop.Faults} in a row; {now}"
            )
            {
                Plain = "ended by a fault: see the node's log",
                IsNamed = true,
            };
        }
    }

    private ReadinessPart Store()
    {
        var status = shipper.Status;
        return new ReadinessPart(
            "audit store",
            status.LastError is null,
            status.IsDenied,
            status.LastError is null
                ? $"{status.UnshippedRecords} records to ship"
                : $"{status.UnshippedRecords} records to ship; {status.LastError}"
        )
        {
            Plain = status.LastError is null
                ? $"{status.UnshippedRecords} records to ship"
                : $"{status.UnshippedRecords} records to ship; the store did not take the last ones",
        };
    }
}

/// <summary>What was not well at the start and keeps nobody from their data: told until the node is started again.</summary>
/// <param name="Part">Which part.</param>
/// <param name="Words">In words for administrators.</param>
internal sealed record StartProblem(string Part, string Words);

/// <summary>The full readiness of a node, part by part; shown to administrators.</summary>
/// <param name="Ready">Whether it should be sent requests.</param>
/// <param name="Node">Its name.</param>
/// <param name="Revision">Registry revision it enforces.</param>
/// <param name="Parts">Part by part.</param>
internal sealed record ReadinessReport(bool Ready, string Node, long Revision, IReadOnlyList<ReadinessPart> Parts);

/// <summary>The readiness of one part of a node, with words for administrators.</summary>
/// <param name="Name">Which part.</param>
/// <param name="Ready">Whether it works.</param>
/// <param name="Critical">Whether the node cannot serve without it.</param>
/// <param name="Message">In words, without secrets and PHI.</param>
internal sealed record ReadinessPart(string Name, bool Ready, bool Critical, string Message)
{
    /// <summary>What anyone may be told instead of the message, without a name; null: the message.</summary>
    [JsonIgnore]
    public string? Plain { get; init; }

    /// <summary>Whether the part's own name is one that only administrators are told.</summary>
    [JsonIgnore]
    public bool IsNamed { get; init; }
}

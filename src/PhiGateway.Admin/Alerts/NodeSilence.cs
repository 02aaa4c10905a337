using System.Globalization;
using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Raises an alert when a node of the fleet reports no more, and closes it when it does again: nobody else misses a node that is gone, with
/// what its journal holds. Run by the host.
/// </summary>
/// <remarks>
/// Every node may run it: an alert's id follows from node and last report, so whoever comes second finds it there. Security: a report of a
/// time to come counts from when it was first seen here: neither a clock that is ahead nor a row that somebody wrote keeps a node that is
/// gone from being missed.
/// </remarks>
public sealed class NodeSilence
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    // Who has been gone for so long was taken away on purpose, or was missed long ago.
    private static readonly TimeSpan Forgotten = TimeSpan.FromDays(7);

    private readonly IRegistryStore _store;
    private readonly WorkingSetSource _sets;
    private readonly ISnapshotSource _snapshots;
    private readonly AdminOptions _options;
    private readonly AlertWriter _alerts;
    private readonly TimeProvider _time;
    private readonly ILogger<NodeSilence> _log;

    // Of each node whose last report is of a time to come, or was when it was first seen: that report, and when that was.
    private readonly Dictionary<string, (DateTimeOffset At, DateTimeOffset Seen)> _ahead = new(StringComparer.Ordinal);

    internal NodeSilence(
        IRegistryStore store,
        WorkingSetSource sets,
        IAuditJournal journal,
        ISnapshotSource snapshots,
        AdminOptions options,
        TimeProvider time,
        ILogger<NodeSilence> log
    )
    {
        (_store, _sets, _snapshots, _options, _time, _log) = (store, sets, snapshots, options, time, log);
        _alerts = new AlertWriter(store, journal, time);
    }

    /// <summary>Looks every minute until it is stopped; a fault waits for the next look.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        RegistryLook.RunAsync(
            _snapshots,
            Period,
            RunOnceAsync,
            fault => AdminLog.NodeSilenceFailed(_log, fault.GetType().Name),
            _time,
            cancellationToken
        );

    /// <summary>One look; returns how many alerts were written.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        if (_options.NodeSilentAfter <= TimeSpan.Zero)
        {
            return 0;
        }

        var now = _time.GetUtcNow();
        var written = 0;
        var speaking = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in await _store.ListNodesAsync(cancellationToken))
        {
            var silent = now - HeardAt(node, now);
            if (node.IsUnproven)
            {
                // Security: somebody speaks in its place, so that nobody would miss it.
                written += await _alerts.RaiseAsync(Unproven(node, now), _snapshots.Current.Revision) ? 1 : 0;
            }
            else if (silent < _options.NodeSilentAfter)
            {
                speaking.Add("node/" + node.Node);
            }
            else if (silent < Forgotten)
            {
                written += await _alerts.RaiseAsync(Of(node, now), _snapshots.Current.Revision) ? 1 : 0;
            }
        }

        var set = await _sets.GetAsync(cancellationToken);
        return written
            + await _alerts.CloseAsync(
                set,
                AlertKinds.NodeSilent,
                open => speaking.Contains(open.Subject),
                "It reports again.",
                _snapshots.Current.Revision
            );
    }

    private DateTimeOffset HeardAt(NodeStatus node, DateTimeOffset now)
    {
        if (_ahead.TryGetValue(node.Node, out var known) && known.At == node.At)
        {
            return known.Seen;
        }

        if (node.At <= now)
        {
            _ahead.Remove(node.Node);
            return node.At;
        }

        _ahead[node.Node] = (node.At, now);
        return now;
    }

    private static Alert Unproven(NodeStatus node, DateTimeOffset now) =>
        new()
        {
            // One a day: what somebody closed yesterday is told again where it goes on.
            Id = AlertKinds.IdOf(
                AlertKinds.NodeSilent,
                string.Create(CultureInfo.InvariantCulture, $"{node.Node}\nunproven\n{now.UtcDateTime:yyyy-MM-dd}")
            ),
            Kind = AlertKinds.NodeSilent,
            Subject = "node/" + node.Node,
            At = now,
            Severity = AlertSeverity.Urgent,
            Lane = AlertLane.Act,
            Evidence =
                "What stands in node_status for it does not bear the registry's seal: the node has another key or none, or somebody else wrote "
                + "the row. Nothing of it is believed. See docs/runbooks/registry-seals.md.",
        };

    private static Alert Of(NodeStatus node, DateTimeOffset now) =>
        new()
        {
            Id = AlertKinds.IdOf(AlertKinds.NodeSilent, string.Create(CultureInfo.InvariantCulture, $"{node.Node}\n{node.At.UtcTicks}")),
            Kind = AlertKinds.NodeSilent,
            Subject = "node/" + node.Node,
            At = now,
            Severity = AlertSeverity.Warning,
            Lane = AlertLane.Act,
            Evidence = string.Create(
                CultureInfo.InvariantCulture,
                $"It last reported {node.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, at revision {node.Revision}. What its journal holds and the "
                    + $"store does not is on its disk alone: start it, or keep the disk. Close this where it was taken away on purpose."
            ),
        };
}

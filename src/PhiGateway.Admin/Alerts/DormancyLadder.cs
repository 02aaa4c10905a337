using System.Globalization;
using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Tells of active clients that have not called for long, then suspends and revokes them, as far as the operator wants that; run by the
/// host.
/// </summary>
/// <remarks>
/// Every node may run it: an alert's id follows from client and last call. A client of a use case that covers emergencies is told of and
/// stays open, and what a person has suspended is the person's. A call that was refused is none.
/// Safety: what shows silence is a clock and a trail, either of which may be wrong. One is ended for good only once it was suspended for as
/// long as lies between the last two rungs, and where many look dormant at once, none is closed (ADR 129).
/// </remarks>
public sealed class DormancyLadder
{
    /// <summary>Kind of the alert.</summary>
    public const string Kind = AlertKinds.Dormant;

    private const string Cause = "no call since";

    // More than so many that would be closed at once, and more than a tenth of all: then it is the clock or the trail.
    private const int MostAtOnce = 5;
    private const int PartAtOnce = 10;

    // Days are what counts.
    private static readonly TimeSpan Period = TimeSpan.FromHours(6);

    private readonly IRegistryStore _store;
    private readonly IAuditStore _trail;
    private readonly ISnapshotSource _snapshots;
    private readonly IReadOnlyList<int> _days;
    private readonly TimeProvider _time;
    private readonly ILogger<DormancyLadder> _log;
    private readonly PathCloser _closer;
    private readonly AlertWriter _writer;

    internal DormancyLadder(
        IRegistryStore store,
        IAuditJournal journal,
        IAuditStore trail,
        ISnapshotSource snapshots,
        AdminOptions options,
        TimeProvider time,
        ILogger<DormancyLadder> log
    )
    {
        (_store, _trail, _snapshots, _days, _time, _log) = (store, trail, snapshots, options.DormantDays, time, log);
        (_closer, _writer) = (new PathCloser(store, journal, time), new AlertWriter(store, journal, time));
    }

    /// <summary>Looks until it is stopped; a fault waits for the next look.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        _days.Count == 0
            ? Task.CompletedTask
            : RegistryLook.RunAsync(
                _snapshots,
                Period,
                RunOnceAsync,
                fault => AdminLog.DormancyFailed(_log, fault.GetType().Name),
                _time,
                cancellationToken
            );

    /// <summary>One look; returns how many clients were told of or closed.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var (active, silent) = (0, new List<Silent>());
        foreach (var entry in _snapshots.Current.ListClients())
        {
            active += entry.Client.Status == ClientStatus.Active ? 1 : 0;
            if (
                entry is not { Client.Status: ClientStatus.Active or ClientStatus.Suspended, Approval.ApprovedAt: var approved }
                || Steps(approved, now) == 0
                || await _store.FindAsync(RegistryKind.Client, entry.Client.Id, cancellationToken) is not { } item
                || !IsOnTheLadder(entry.Client, item)
            )
            {
                continue;
            }

            // Who was opened again is given its time anew: somebody said that it is to be used.
            var begun = AuthorNote.OpenedAt(item) is { } opened && opened > approved ? opened : approved;
            var since = Steps(begun, now) == 0 ? begun : await LastCallAsync(entry.Client.Id, begun, cancellationToken);
            var rung = RungOf(entry, item, Steps(since, now), now);
            if (rung > 0)
            {
                silent.Add(new Silent(entry, since, rung));
            }
        }

        var areHeld = silent.Count(static one => one.Closes) > Math.Max(MostAtOnce, active / PartAtOnce);
        var count = 0;
        foreach (var one in silent)
        {
            count += await ActAsync(one, areHeld && one.Closes, now) ? 1 : 0;
        }

        return count;
    }

    private static bool IsOnTheLadder(Client client, RegistryItem item) =>
        client.Status == ClientStatus.Active || PathCloser.IsSuspendedFor(client, item, Cause);

    private int Steps(DateTimeOffset since, DateTimeOffset now) => _days.Count(days => (now - since).TotalDays >= days);

    // Safety: who covers emergencies, and who has no use case that says that they do not, is told of only.
    private static bool MayClose(ClientEntry entry) => entry.UseCase?.AllowsBreakGlass == false;

    // The last rung is for good: who is not suspended yet, or was lately, is not on it.
    private int RungOf(ClientEntry entry, RegistryItem item, int steps, DateTimeOffset now)
    {
        if (steps < 3 || !MayClose(entry))
        {
            return steps;
        }

        var suspended = AuthorNote.ActedAt(item) ?? item.UpdatedAt;
        return entry.Client.Status == ClientStatus.Suspended && (now - suspended).TotalDays >= _days[2] - _days[1] ? 3 : 2;
    }

    // An approval is a use to come: whoever was approved lately is not dormant.
    private async Task<DateTimeOffset> LastCallAsync(string client, DateTimeOffset begun, CancellationToken cancellationToken)
    {
        var query = new AuditQuery
        {
            Client = client,
            Decision = "permit",
            From = begun,
            Limit = 1,
        };
        var newest = (await _trail.QueryAsync(query, cancellationToken)).Entries;
        return newest is [var last, ..] && last.Time > begun ? last.Time : begun;
    }

    private async Task<bool> ActAsync(Silent silent, bool isHeld, DateTimeOffset now)
    {
        var (entry, since, rung) = silent;
        var id = entry.Client.Id;
        var reason = string.Create(CultureInfo.InvariantCulture, $"{Cause} {since.UtcDateTime:yyyy-MM-dd}");
        var done = "It is still open: suspend or archive it, or say why it waits.";
        if (isHeld)
        {
            done = "It was left as it is: so many look dormant at once that the clock or the trail may be wrong.";
        }
        else if (rung > 1 && MayClose(entry))
        {
            if (!await CloseAsync(entry.Client, rung, reason))
            {
                return false;
            }

            done = $"The gateway has closed it ({(rung == 2 ? "suspend" : "revoke")}).";
        }
        else if (entry.Client.Status != ClientStatus.Active)
        {
            return false;
        }

        // That it was held is told apart: when it is closed after all, that is told too.
        var held = isHeld ? "\nheld" : string.Empty;
        var key = $"{id}\n{since.UtcDateTime:yyyy-MM-dd}\n{rung}{held}";
        var alert = new Alert
        {
            Id = AlertKinds.IdOf(Kind, key),
            Kind = Kind,
            Subject = KindWord.Of(RegistryKind.Client, id),
            At = now,
            Risk = Watch.Findings.NhiRisk.ImproperOffboarding.ToString(),
            Evidence = string.Create(
                CultureInfo.InvariantCulture,
                $"No call since {since.UtcDateTime:yyyy-MM-dd}, for {(now - since).TotalDays:0} days. {done}"
            ),
            Notify = AlertWriter.NotifyOf(entry.Client.Owner, entry.Client.Deputy),
        };
        return await _writer.RaiseAsync(alert, _snapshots.Current.Revision);
    }

    // True as well where it is suspended already, and stays so: whoever broke off in between has not told it.
    private async Task<bool> CloseAsync(Client client, int rung, string reason) =>
        (client.Status, rung) switch
        {
            (ClientStatus.Active, _) => await _closer.CloseAsync(client.Id, ClientStatus.Suspended, "suspend", reason),
            (_, 2) => true,
            _ => await _closer.EndAsync(client.Id, Cause, reason),
        };

    // A client that is on the ladder, since when, and on which rung.
    private sealed record Silent(ClientEntry Entry, DateTimeOffset Since, int Rung)
    {
        // Whether it would be closed that is not, or for good that is not.
        public bool Closes => MayClose(Entry) && (Entry.Client.Status, Rung) is (ClientStatus.Active, > 1) or (ClientStatus.Suspended, > 2);
    }
}

using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Campaigns;

/// <summary>
/// Reminds reviewers before a campaign is due, and answers silence when it is: by the gateway's own clock the client is suspended; run by
/// the host.
/// </summary>
/// <remarks>
/// Every node may run it: what it writes is written over what it saw. Closing needs one; whoever opens again is an approver. Safety: a
/// client of a use case that covers emergencies stays open and somebody is told, and nobody's silence closes anything before it was told a
/// day ago what would follow: by a clock that has jumped every review is due (ADR 129).
/// </remarks>
public sealed class CampaignDeadline
{
    // Days are what counts.
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(15);

    private const int ReminderDays = 7;
    private const int UrgentDays = 2;

    // For so long the reminder has stood before silence is answered.
    private static readonly TimeSpan Notice = TimeSpan.FromDays(1);

    // Clocks of nodes differ by less.
    private static readonly TimeSpan Ahead = TimeSpan.FromHours(1);

    private readonly IRegistryStore _store;
    private readonly WorkingSetSource _sets;
    private readonly IAuditJournal _journal;
    private readonly ISnapshotSource _snapshots;
    private readonly TimeProvider _time;
    private readonly ILogger<CampaignDeadline> _log;
    private readonly PathCloser _closer;
    private readonly AlertWriter _alerts;
    private readonly CampaignUnapplied _unapplied;

    internal CampaignDeadline(
        IRegistryStore store,
        WorkingSetSource sets,
        IAuditJournal journal,
        ISnapshotSource snapshots,
        TimeProvider time,
        ILogger<CampaignDeadline> log
    )
    {
        (_store, _sets, _journal, _snapshots, _time, _log) = (store, sets, journal, snapshots, time, log);
        (_closer, _alerts) = (new PathCloser(store, journal, time), new AlertWriter(store, journal, time));
        _unapplied = new CampaignUnapplied(_alerts, time);
    }

    /// <summary>Looks until it is stopped; a fault waits for the next look.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        RegistryLook.RunAsync(
            _snapshots,
            Period,
            RunOnceAsync,
            fault => AdminLog.CampaignsFailed(_log, fault.GetType().Name),
            _time,
            cancellationToken
        );

    /// <summary>One look; returns how many clients were answered for.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var set = await _sets.GetAsync(cancellationToken);
        var today = DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime);
        var count = 0;
        foreach (var campaign in set.All<Campaign>(RegistryKind.Campaign).Where(static one => one.State == CampaignState.Open))
        {
            CampaignItem[] silent = [.. set.ItemsOf(campaign.Id).Where(static one => one is { Decision: null, Outcome: null })];
            var waiting = silent.Length + CampaignEnd.CountUnread(set, campaign.Id);
            if (today < campaign.Due)
            {
                await RemindAsync(set, campaign, waiting, today);
                continue;
            }

            var isTold = IsTold(set, campaign);
            foreach (var item in silent)
            {
                count += await AnswerAsync(set, campaign, item, isTold) ? 1 : 0;
            }

            await RemindAsync(set, campaign, waiting, today);
            await _unapplied.TellAsync(set, campaign, today);
            await FinishAsync(campaign.Id, cancellationToken);
        }

        await TellSpoiltAsync(set);
        await SettleAsync(set);
        return count;
    }

    // Of a review whose own row cannot be read nothing follows from silence: people put it right. What a newer version wrote is its nodes'.
    private async Task TellSpoiltAsync(WorkingSet set)
    {
        foreach (var item in set.Kind(RegistryKind.Campaign).Values.Where(static item => item is { Entity: null, IsNotUnderstood: false }))
        {
            var id = item.Item.Id;
            var alert = new Alert
            {
                Id = SpoiltIdOf(id),
                Kind = AlertKinds.ReviewDue,
                Subject = KindWord.Of(RegistryKind.Campaign, id),
                At = _time.GetUtcNow(),
                Severity = AlertSeverity.Urgent,
                Lane = AlertLane.Act,
                Evidence =
                    $"The access review {id} cannot be read: its row was damaged, or changed past the control plane. Nothing follows from silence "
                    + "until it is put right.",
            };
            await _alerts.RaiseAsync(alert, set.Revision);
        }
    }

    private bool IsTold(WorkingSet set, Campaign campaign) =>
        set.Find(RegistryKind.Alert, AlertKinds.IdOf(AlertKinds.ReviewDue, campaign.Id))?.Entity is Alert told
        && _time.GetUtcNow() - told.At >= Notice;

    private async Task<bool> AnswerAsync(WorkingSet set, Campaign campaign, CampaignItem item, bool isTold)
    {
        var reason = $"no answer in the access review {campaign.Id}, due {campaign.Due:yyyy-MM-dd}";
        var there = set.Find(RegistryKind.Client, item.Client);
        if (there is { Entity: null })
        {
            // It has not ended: a node that understands it may serve it, and answers for it. Until then it waits, and people are told.
            return false;
        }

        var client = there?.Entity as Client;
        var (outcome, done) = client switch
        {
            null or { Status: ClientStatus.Revoked or ClientStatus.Archived } => (CampaignOutcome.Ended, "It had ended before."),
            { Status: not ClientStatus.Active } => (
                CampaignOutcome.Suspended,
                "Nobody answered; its path was closed already, and stays so."
            ),
            _ when set.Find<UseCase>(RegistryKind.UseCase, client.UseCase) is { } useCase && useCase.AllowsBreakGlass => (
                CampaignOutcome.Spared,
                "Nobody answered; its path stays open because its use case covers emergencies."
            ),
            _ => (CampaignOutcome.Suspended, "Nobody answered, and the gateway closed its path."),
        };
        if (outcome == CampaignOutcome.Suspended && !await IsClosedAsync(set, client!, there!.Item, isTold, reason))
        {
            // It waits for its notice, or somebody changed it at the same moment: a later look sees what it is then.
            return false;
        }

        var now = _time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var next = item with
        {
            Outcome = outcome,
            Done = done,
            AppliedBy = AlertWriter.Gateway,
            AppliedAt = now,
            Record = id.ToString("D"),
        };
        if (!await WriteAsync("campaign.silence", RegistryKind.CampaignItem, item.Id, RegistryJson.Serialize(next), reason, id))
        {
            return false;
        }

        if (outcome == CampaignOutcome.Spared)
        {
            await _alerts.RaiseAsync(AlertOf(campaign, item.Client, done), set.Revision);
        }

        return true;
    }

    // Security: one that a person has closed meanwhile is closed for the silence too, so that it is not open again by whoever is second to that
    // person and was told nothing of the review. One that covers emergencies is the person's alone. False: it waits.
    private async Task<bool> IsClosedAsync(WorkingSet set, Client client, RegistryItem item, bool isTold, string reason)
    {
        var isActive = client.Status == ClientStatus.Active;
        var isByAPerson =
            client.Status is ClientStatus.Suspended or ClientStatus.Quarantined
            && !AuthorNote.ClosedBy(item).Any(AdminKeyRules.IsMachine)
            && set.Find<UseCase>(RegistryKind.UseCase, client.UseCase)?.AllowsBreakGlass != true;
        if (!isActive && !isByAPerson)
        {
            return true;
        }

        if (!isTold)
        {
            return false;
        }

        return isActive
            ? await _closer.CloseAsync(client.Id, ClientStatus.Suspended, "suspend", reason)
            : await _closer.JoinAsync(client.Id, reason);
    }

    private Alert AlertOf(Campaign campaign, string client, string words) =>
        new()
        {
            Id = AlertKinds.IdOf(AlertKinds.ReviewDue, $"{campaign.Id}\n{client}"),
            Kind = AlertKinds.ReviewDue,
            Subject = KindWord.Of(RegistryKind.Client, client),
            At = _time.GetUtcNow(),
            Severity = AlertSeverity.Urgent,
            Lane = AlertLane.Act,
            Evidence = $"Access review {campaign.Id}: {words}",
            Notify = AlertWriter.NotifyOf(campaign.Reviewers),
        };

    // One alert for each campaign: a warning in its last week, urgent at its end.
    private async Task RemindAsync(WorkingSet set, Campaign campaign, int silent, DateOnly today)
    {
        if (silent == 0 || today < campaign.Due.AddDays(-ReminderDays))
        {
            return;
        }

        var id = AlertKinds.IdOf(AlertKinds.ReviewDue, campaign.Id);
        var isUrgent = today >= campaign.Due.AddDays(-UrgentDays);
        var wanted = new Alert
        {
            Id = id,
            Kind = AlertKinds.ReviewDue,
            Subject = KindWord.Of(RegistryKind.Campaign, campaign.Id),
            At = _time.GetUtcNow(),
            Severity = isUrgent ? AlertSeverity.Urgent : AlertSeverity.Warning,
            Lane = isUrgent ? AlertLane.Act : AlertLane.Look,
            Due = new DateTimeOffset(campaign.Due.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero),
            Evidence =
                today < campaign.Due
                    ? $"{silent} clients of the access review '{campaign.Title}' have no decision; silence suspends them on {campaign.Due:yyyy-MM-dd}."
                    : $"{silent} clients of the access review '{campaign.Title}' had no decision when it was due; silence suspends them.",
            Notify = AlertWriter.NotifyOf(campaign.Reviewers),
        };
        var there = set.Find(RegistryKind.Alert, id);
        if (there?.Entity is not Alert known)
        {
            await _alerts.RaiseAsync(wanted, set.Revision);
            return;
        }

        // One that was told by a clock that was ahead is told again now: until its day came, silence would be answered by nobody.
        var isOfATimeToCome = known.At - wanted.At > Ahead;
        if (isOfATimeToCome || (known.State != AlertState.Closed && known.Severity < wanted.Severity))
        {
            var worse = AlertWriter.Reopened(known, wanted.At) with
            {
                At = isOfATimeToCome ? wanted.At : known.At,
                Severity = wanted.Severity,
                Lane = wanted.Lane,
                Evidence = wanted.Evidence,
            };
            var json = AuthorNote.Carried(RegistryJson.Serialize(worse), there.Item);
            await _alerts.WriteAsync("alert.escalate", id, json, there.Item, set.Revision);
        }
    }

    // A reminder of a campaign that has ended, or in which everything is decided, closes by itself.
    private async Task SettleAsync(WorkingSet set)
    {
        foreach (var item in set.Kind(RegistryKind.Alert).Values)
        {
            if (
                item.Entity is not Alert { Kind: AlertKinds.ReviewDue, State: not AlertState.Closed } alert
                || alert.Subject.Split('/', 2) is not ["campaign", var id]
                || set.Find(RegistryKind.Campaign, id) is { Entity: null }
                || (set.Find<Campaign>(RegistryKind.Campaign, id) is { State: CampaignState.Open } open && StillWaits(set, open, alert))
            )
            {
                continue;
            }

            var closed = AlertWriter.Closed(alert, WhyClosed(alert.Id, id), _time.GetUtcNow());
            var json = AuthorNote.Carried(RegistryJson.Serialize(closed), item.Item);
            await _alerts.WriteAsync(AlertWriter.Resolved, alert.Id, json, item.Item, set.Revision);
        }
    }

    private static string SpoiltIdOf(string campaign) => AlertKinds.IdOf(AlertKinds.ReviewDue, campaign + "\nspoilt");

    private static string WhyClosed(string alert, string campaign) =>
        alert switch
        {
            _ when alert == SpoiltIdOf(campaign) => "The review can be read again, or is there no more.",
            _ when alert == CampaignUnapplied.IdOf(campaign) => "Nothing of the review waits for an approver.",
            _ => "Nothing of the review waits for a decision.",
        };

    // Each of a campaign's alerts by what it is about; that it cannot be read is over when it can be.
    private static bool StillWaits(WorkingSet set, Campaign open, Alert alert) =>
        alert.Id switch
        {
            _ when alert.Id == SpoiltIdOf(open.Id) => false,
            _ when alert.Id == CampaignUnapplied.IdOf(open.Id) => CampaignUnapplied.CountOf(set, open.Id) > 0,
            _ => CampaignEnd.CountUnread(set, open.Id) > 0
                || set.ItemsOf(open.Id).Any(static one => one is { Decision: null, Outcome: null }),
        };

    private async Task FinishAsync(string id, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var record = Guid.CreateVersion7(now);
        var set = await _sets.GetAsync(cancellationToken);
        if (CampaignEnd.Of(set, id, record.ToString("D"), now) is { } write)
        {
            await WriteAsync("campaign.finish", RegistryKind.Campaign, id, write.Json!, "every client has its outcome", record);
        }
    }

    private async Task<bool> WriteAsync(string name, RegistryKind kind, string id, string json, string note, Guid record)
    {
        var before = await _store.FindAsync(kind, id, CancellationToken.None);
        if (before is null || !StandsAsSeen(kind, before))
        {
            return false;
        }

        await _journal.AppendAsync(
            new AuditRecord
            {
                Id = record,
                Kind = AuditKind.Admin,
                Event = name,
                Time = _time.GetUtcNow(),
                Actor = AlertWriter.Gateway,
                Target = KindWord.Of(kind, id),
                Revision = await _store.GetRevisionAsync(CancellationToken.None),
                Before = DocumentMeta.ForRecord(kind, before.Json),
                After = DocumentMeta.ForRecord(kind, json),
                Note = "intent: " + note,
            }
        );
        RegistryWrite[] writes = [new RegistryWrite(kind, id, json, before.Version)];
        return await _store.WriteAsync(writes, AlertWriter.Gateway, CancellationToken.None) is RegistryWriteResult.Written;
    }

    // Whoever decided or applied meanwhile is not overruled.
    private static bool StandsAsSeen(RegistryKind kind, RegistryItem item) =>
        kind switch
        {
            RegistryKind.CampaignItem => StoredBody.Read(item, out _) is CampaignItem { Decision: null, Outcome: null },
            _ => StoredBody.Read(item, out _) is Campaign { State: CampaignState.Open },
        };
}

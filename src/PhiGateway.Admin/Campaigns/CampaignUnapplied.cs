using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Campaigns;

/// <summary>
/// Tells approvers, from the day on which a campaign was due, that decisions of its reviewers wait to be applied: until then what was decided
/// away goes on. Asked by <see cref="CampaignDeadline"/> at each look; it applies nothing, since that takes a second person.
/// </summary>
internal sealed class CampaignUnapplied(AlertWriter alerts, TimeProvider time)
{
    // Of more approvers each finds the alert in the inbox.
    private const int MostTold = 20;

    /// <summary>The alert of one campaign.</summary>
    public static string IdOf(string campaign) => AlertKinds.IdOf(AlertKinds.ReviewDue, campaign + "\napply");

    /// <summary>Whether it is decided and waits for whoever applies it.</summary>
    public static bool Waits(CampaignItem item) => item is { Decision: not null, Outcome: null };

    /// <summary>How many decisions of a campaign wait.</summary>
    public static int CountOf(WorkingSet set, string campaign) => set.ItemsOf(campaign).Count(Waits);

    /// <summary>Raises the alert, or says in it how many are left; nothing before the day, or when none waits.</summary>
    public async Task TellAsync(WorkingSet set, Campaign campaign, DateOnly today)
    {
        if (today < campaign.Due || CountOf(set, campaign.Id) is not (> 0 and var waiting))
        {
            return;
        }

        var closing = set.ItemsOf(campaign.Id)
            .Count(static item => item is { Decision: ReviewDecision.Remove or ReviewDecision.Narrow, Outcome: null });
        var id = IdOf(campaign.Id);
        var told = ApproversOf(set, time.GetUtcNow());
        var wanted = new Alert
        {
            Id = id,
            Kind = AlertKinds.ReviewDue,
            Subject = KindWord.Of(RegistryKind.Campaign, campaign.Id),
            At = time.GetUtcNow(),
            Severity = AlertSeverity.Urgent,
            Lane = AlertLane.Act,
            Due = new DateTimeOffset(campaign.Due.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero),
            Evidence =
                $"{Decisions(waiting)} of the access review '{campaign.Title}', due {campaign.Due:yyyy-MM-dd}, not applied yet: an approver "
                + $"applies them. {closing} of them take access away, which goes on until then.",
            Notify = AlertWriter.NotifyOf(told.Count > 0 ? told : campaign.Reviewers),
        };
        var there = set.Find(RegistryKind.Alert, id);
        if (there?.Entity is not Alert known)
        {
            await alerts.RaiseAsync(wanted, set.Revision);
        }
        else if (known.State == AlertState.Closed ? HasCome(set, campaign.Id, known.HandledAt) : known.Evidence != wanted.Evidence)
        {
            // Whoever closed it knew of those that waited then, and not of what was decided since.
            var isAside = known.State == AlertState.Closed;
            var next = (isAside ? AlertWriter.Reopened(known, time.GetUtcNow()) : known) with { Evidence = wanted.Evidence };
            var json = AuthorNote.Carried(RegistryJson.Serialize(next), there.Item);
            await alerts.WriteAsync(isAside ? "alert.escalate" : "alert.update", id, json, there.Item, set.Revision);
        }
    }

    // Whether a decision that waits was made later than that.
    private static bool HasCome(WorkingSet set, string campaign, DateTimeOffset? since) =>
        set.ItemsOf(campaign).Any(item => Waits(item) && !(item.DecidedAt <= since));

    private static string Decisions(int count) => count == 1 ? "1 decision" : $"{count} decisions";

    // As far as they have keys here; who signs in at a provider is known when they do.
    private static IReadOnlyList<string> ApproversOf(WorkingSet set, DateTimeOffset now) =>
        [
            .. set.All<AdminKey>(RegistryKind.AdminKey)
                .Where(key => !key.Disabled && key.Roles.Contains(AdminRoles.Approver) && (key.Expires is not { } end || end > now))
                .Select(static key => key.Person)
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .Order(StringComparer.OrdinalIgnoreCase)
                .Take(MostTold),
        ];
}

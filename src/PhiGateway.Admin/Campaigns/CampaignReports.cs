using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Campaigns;

/// <summary>Says how far campaigns have come, and shows one with its items; called by endpoints and console.</summary>
internal sealed class CampaignReports(WorkingSetSource sets)
{
    /// <summary>One campaign's progress.</summary>
    public async Task<Outcome<CampaignReport>> ReportAsync(AdminCall call, string id)
    {
        var set = await sets.GetAsync(call.Cancelled);
        return set.Find<Campaign>(RegistryKind.Campaign, id) is { } campaign ? Of(set, campaign) : AdminProblem.NotFound("campaign");
    }

    /// <summary>
    /// One part of the campaigns that a filter covers, with their progress: the open ones first, the next due first; of those that have ended
    /// the latest.
    /// </summary>
    public async Task<ListSlice<CampaignReport>> ListAsync(AdminCall call, CampaignFilter filter, int skip, int take)
    {
        var set = await sets.GetAsync(call.Cancelled);
        var all = set.All<Campaign>(RegistryKind.Campaign)
            .Where(filter.Covers)
            .OrderBy(static campaign => campaign.State != CampaignState.Open)
            .ThenBy(static campaign => campaign.State == CampaignState.Open ? campaign.Due.DayNumber : -campaign.Due.DayNumber)
            .ThenBy(static campaign => campaign.Id, StringComparer.Ordinal)
            .ToList();
        var part = ListSlice<Campaign>.Of(all, skip, take);
        return new ListSlice<CampaignReport>([.. part.Items.Select(campaign => Of(set, campaign))], part.Total, part.Skipped);
    }

    /// <summary>How many campaigns are open.</summary>
    public async Task<int> CountOpenAsync(AdminCall call) =>
        (await sets.GetAsync(call.Cancelled)).All<Campaign>(RegistryKind.Campaign).Count(static one => one.State == CampaignState.Open);

    /// <summary>How many open campaigns are past the day on which they were due, and how many of their decisions wait to be applied.</summary>
    /// <param name="call">The call.</param>
    /// <param name="today">The day, UTC.</param>
    public async Task<OverdueCampaigns> OverdueAsync(AdminCall call, DateOnly today)
    {
        var set = await sets.GetAsync(call.Cancelled);
        var overdue = set.All<Campaign>(RegistryKind.Campaign)
            .Where(campaign => campaign.State == CampaignState.Open && campaign.Due <= today)
            .ToList();
        return new OverdueCampaigns(overdue.Count, overdue.Sum(campaign => CampaignUnapplied.CountOf(set, campaign.Id)));
    }

    /// <summary>One campaign with its items: those that wait for a reviewer first, the riskiest first.</summary>
    public async Task<Outcome<CampaignView>> ViewAsync(AdminCall call, string id)
    {
        var set = await sets.GetAsync(call.Cancelled);
        if (set.Find(RegistryKind.Campaign, id) is not { Entity: Campaign campaign, Item: var stored })
        {
            return AdminProblem.NotFound("campaign");
        }

        return new CampaignView(
            campaign,
            stored.Version,
            [
                .. set.ItemsOf(id)
                    .OrderBy(static item => item.Outcome is not null)
                    .ThenBy(static item => item.Decision is not null)
                    .ThenByDescending(static item => item.Evidence.Risk)
                    .ThenByDescending(static item => item.Evidence.Findings.Count)
                    .ThenBy(static item => item.Client, StringComparer.Ordinal)
                    .Select(item => new CampaignRow(item, set.Find(RegistryKind.CampaignItem, item.Id)!.Item.Version)),
            ]
        );
    }

    /// <summary>Which campaign an item belongs to; null: there is no such item.</summary>
    public async Task<string?> CampaignOfAsync(AdminCall call, string item) =>
        (await sets.GetAsync(call.Cancelled)).Find<CampaignItem>(RegistryKind.CampaignItem, item)?.Campaign;

    // Those that cannot be read wait for a decision like those about which nobody has decided.
    private static CampaignReport Of(WorkingSet set, Campaign campaign)
    {
        var items = set.ItemsOf(campaign.Id).ToList();
        var unread = CampaignEnd.CountUnread(set, campaign.Id);
        return new(
            campaign.Id,
            campaign.Title,
            campaign.State,
            campaign.Due,
            items.Count + unread,
            items.Count(static item => item is { Decision: null, Outcome: null }) + unread,
            items.Count(static item => item is { Decision: not null, Outcome: null }),
            items
                .Where(static item => item.Outcome is not null)
                .GroupBy(static item => item.Outcome!.Value.ToString().ToLowerInvariant())
                .OrderBy(static group => group.Key, StringComparer.Ordinal)
                .ToDictionary(static group => group.Key, static group => group.Count())
        );
    }
}

/// <summary>Open campaigns past the day on which they were due.</summary>
/// <param name="Count">How many.</param>
/// <param name="ToApply">How many of their decisions wait for an approver.</param>
public sealed record OverdueCampaigns(int Count, int ToApply);

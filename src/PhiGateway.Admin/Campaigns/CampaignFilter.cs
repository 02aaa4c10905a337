using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Campaigns;

/// <summary>Narrows a list of access reviews; what is null does not narrow it. Taken by <see cref="CampaignReports"/>.</summary>
/// <param name="State">Only in this state.</param>
/// <param name="Text">Only where a part of the title, the id or a reviewer's name is this.</param>
/// <param name="Reviewer">Only those in which this person decides.</param>
/// <param name="DueBefore">Only those that are due before this day.</param>
internal sealed record CampaignFilter(CampaignState? State = null, string? Text = null, string? Reviewer = null, DateOnly? DueBefore = null)
{
    /// <summary>Only those that are open: what has ended is overdue no more, in whichever state it is asked for.</summary>
    public bool IsOverdue { get; init; }

    /// <summary>Whether a review is among those asked for.</summary>
    public bool Covers(Campaign campaign) =>
        (State is null || campaign.State == State)
        && (!IsOverdue || campaign.State == CampaignState.Open)
        && (Text is null || Has(campaign.Title) || Has(campaign.Id) || campaign.Reviewers.Any(Has))
        && (Reviewer is null || campaign.Reviewers.Any(one => PersonName.AreSame(one, Reviewer)))
        && (DueBefore is null || campaign.Due < DueBefore);

    private bool Has(string text) => text.Contains(Text!, StringComparison.OrdinalIgnoreCase);
}

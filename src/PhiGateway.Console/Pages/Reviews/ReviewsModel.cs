using PhiGateway.Admin.Campaigns;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Reviews;

/// <summary>What the list of access reviews shows.</summary>
/// <param name="Items">The open ones first.</param>
/// <param name="Part">Which part of them this is.</param>
/// <param name="State">Only in this state; null: in any.</param>
/// <param name="Text">What was searched for; null: nothing.</param>
/// <param name="IsMine">Whether only those are shown in which the viewer decides.</param>
/// <param name="IsOverdue">Whether only those are shown that are past the day on which they were due.</param>
/// <param name="Open">How many are open in all.</param>
/// <param name="Today">Today.</param>
/// <param name="Draft">What was typed to start one; null: nothing, or the viewer may not.</param>
/// <param name="Tried">The form that was refused; null: it was not tried.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record ReviewsModel(
    IReadOnlyList<CampaignReport> Items,
    ListPart Part,
    CampaignState? State,
    string? Text,
    bool IsMine,
    bool IsOverdue,
    int Open,
    DateOnly Today,
    ReviewDraft? Draft,
    TriedForm? Tried,
    string FormToken
)
{
    /// <summary>Whether less than all of them is asked for.</summary>
    public bool IsNarrowed => State is not null || Text is not null || IsMine || IsOverdue;
}

/// <summary>What was typed to start a review.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Reviewers">Persons, separated by commas.</param>
/// <param name="Due">The day.</param>
/// <param name="Organization">Only this one.</param>
/// <param name="Kind">Only this kind.</param>
/// <param name="Risk">Only this risk.</param>
/// <param name="Purpose">Only this purpose.</param>
public sealed record ReviewDraft(
    string? Id,
    string? Title,
    string? Reviewers,
    string? Due,
    string? Organization,
    string? Kind,
    string? Risk,
    string? Purpose
);

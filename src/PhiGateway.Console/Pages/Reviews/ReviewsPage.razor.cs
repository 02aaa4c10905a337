using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Campaigns;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Reviews;

/// <summary>The access reviews with how far they have come, and the form that starts one.</summary>
public sealed partial class ReviewsPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required ReviewsModel Model { get; set; }

    private bool IsContradiction => Model is { IsOverdue: true, State: not (null or CampaignState.Open) };

    private static string OutcomesOf(CampaignReport one) =>
        one.Outcomes.Count == 0 ? "–" : string.Join(", ", one.Outcomes.Select(static pair => $"{Words.Number(pair.Value)} {pair.Key}"));
}

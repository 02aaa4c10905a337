using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Campaigns;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Reviews;

/// <summary>One access review: what is known of each client, what was decided, what came of it.</summary>
public sealed partial class ReviewPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required ReviewModel Model { get; set; }

    private int ToApply => Model.View.Items.Count(static row => row.Item is { Decision: not null, Outcome: null });

    private string Headline
    {
        get
        {
            var waits = Model.View.Items.Count(static row => row.Item is { Decision: null, Outcome: null });
            return $"{Words.Number(waits)} of {Words.Count(Model.View.Items.Count, "client", "clients")} without a decision, "
                + $"{Words.Number(ToApply)} to apply";
        }
    }

    private string Scope
    {
        get
        {
            var scope = Model.View.Campaign.Scope;
            string[] parts =
            [
                .. scope.Organizations.Count > 0 ? (string[])[string.Join(" or ", scope.Organizations)] : [],
                .. scope.Kinds.Count > 0 ? (string[])[string.Join(" or ", scope.Kinds.Select(Words.Kebab))] : [],
                .. scope.Risks.Count > 0 ? (string[])[string.Join(" or ", scope.Risks.Select(Words.Kebab)) + " risk"] : [],
                .. scope.Purposes.Count > 0 ? (string[])["for " + string.Join(" or ", scope.Purposes)] : [],
            ];
            return parts.Length == 0 ? "every client that can call" : string.Join(", ", parts);
        }
    }

    private IEnumerable<(string Name, string Words, IReadOnlyList<CampaignRow> Rows)> Groups
    {
        get
        {
            (string, string, IReadOnlyList<CampaignRow>)[] groups =
            [
                ("Open", "nobody has decided", [.. Model.View.Items.Where(static row => row.Item is { Decision: null, Outcome: null })]),
                (
                    "Decided",
                    "can be taken back until it is applied",
                    [.. Model.View.Items.Where(static row => row.Item is { Decision: not null, Outcome: null })]
                ),
                ("Applied", "with what came of it", [.. Model.View.Items.Where(static row => row.Item.Outcome is not null)]),
            ];
            return groups.Where(static group => group.Item3.Count > 0);
        }
    }

    private static string StyleOf(CampaignOutcome outcome) =>
        outcome switch
        {
            CampaignOutcome.Kept or CampaignOutcome.Narrowed => "allow",
            CampaignOutcome.Suspended or CampaignOutcome.Removed => "deny",
            CampaignOutcome.Spared => "warn",
            _ => "quiet",
        };
}

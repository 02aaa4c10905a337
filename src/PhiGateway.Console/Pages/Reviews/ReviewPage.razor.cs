using System.Globalization;
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

    // A review of everybody has thousands: a page of each group, and the rest by its link.
    private const int OnePage = 50;

    private string? Next =>
        Groups.Any(group => group.Rows.Count > Model.Skip + OnePage)
            ? Links.With(Links.Review(Model.View.Campaign.Id), ("skip", (Model.Skip + OnePage).ToString(CultureInfo.InvariantCulture)))
            : null;

    private string Shown(int total)
    {
        var to = Math.Min(total, Model.Skip + OnePage);
        return $"{Words.Number(Math.Min(to, Model.Skip + 1))} to {Words.Number(to)} of {Words.Number(total)}";
    }

    private bool IsWithdrawOffered => Model.MayKeep && Model.View.Campaign is { State: CampaignState.Open, CancelAskedBy: not null };

    private TriedForm? WholeTried => Model.Tried is { Of: "" } whole ? whole : null;

    private static string SeenOf(CampaignItem item) =>
        SeenState.Of(
            ("decision", item.Decision is { } decision ? Words.Kebab(decision) : null),
            ("because", item.Reason),
            ("by", item.DecidedBy),
            ("came to", item.Outcome is { } outcome ? Words.Kebab(outcome) : null)
        );

    private TriedForm? TriedOf(string item) => Model.Tried?.Of == item ? Model.Tried : null;

    private string Decided => DecidedFingerprint.Of(Model.View.Items.Select(static row => row.Item));

    private int ToApply => Model.View.Items.Count(static row => CampaignUnapplied.Waits(row.Item));

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

using PhiGateway.Admin.Campaigns;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Reviews;

/// <summary>What one access review shows.</summary>
/// <param name="View">The campaign with its items.</param>
/// <param name="Today">Today.</param>
/// <param name="Skip">How many clients of each group stand on earlier pages.</param>
/// <param name="IsReviewer">Whether the viewer decides.</param>
/// <param name="MayApply">Whether the viewer applies what was decided, and cancels.</param>
/// <param name="MayKeep">Whether the viewer takes back that somebody asked for its end.</param>
/// <param name="MayProve">Whether the viewer takes the evidence away.</param>
/// <param name="Tried">The form that was refused; null: none was.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record ReviewModel(
    CampaignView View,
    DateOnly Today,
    int Skip,
    bool IsReviewer,
    bool MayApply,
    bool MayKeep,
    bool MayProve,
    TriedForm? Tried,
    string FormToken
);

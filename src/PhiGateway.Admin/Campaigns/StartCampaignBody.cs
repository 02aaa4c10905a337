using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Campaigns;

/// <summary>Body that starts a campaign.</summary>
/// <param name="Id">Its id, of at most 64 characters; required.</param>
/// <param name="Title">What it is called; required.</param>
/// <param name="Reviewers">Persons who decide; required.</param>
/// <param name="Due">First day on which silence suspends, 7 to 180 days ahead; required.</param>
/// <param name="Organizations">Only clients of these organizations.</param>
/// <param name="Kinds">Only clients of these kinds of organization, such as vendor.</param>
/// <param name="Risks">Only use cases of these risks.</param>
/// <param name="Purposes">Only use cases with one of these purposes.</param>
public sealed record StartCampaignBody(
    string? Id = null,
    string? Title = null,
    IReadOnlyList<string>? Reviewers = null,
    DateOnly? Due = null,
    IReadOnlyList<string>? Organizations = null,
    IReadOnlyList<OrganizationKind>? Kinds = null,
    IReadOnlyList<RiskTier>? Risks = null,
    IReadOnlyList<string>? Purposes = null
)
{
    internal CampaignScope Scope =>
        new()
        {
            Organizations = Organizations ?? [],
            Kinds = Kinds ?? [],
            Risks = Risks ?? [],
            Purposes = Purposes ?? [],
        };
}

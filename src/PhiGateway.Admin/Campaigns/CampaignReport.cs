using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Campaigns;

/// <summary>How far a campaign has come.</summary>
/// <param name="Id">Campaign id.</param>
/// <param name="Title">What it is called.</param>
/// <param name="State">open, done or cancelled.</param>
/// <param name="Due">First day on which silence suspends.</param>
/// <param name="Items">How many clients are reviewed.</param>
/// <param name="Undecided">Of how many nobody has said anything.</param>
/// <param name="ToApply">How many are decided and wait for an approver.</param>
/// <param name="Outcomes">How many came to each outcome.</param>
public sealed record CampaignReport(
    string Id,
    string Title,
    CampaignState State,
    DateOnly Due,
    int Items,
    int Undecided,
    int ToApply,
    IReadOnlyDictionary<string, int> Outcomes
);

/// <summary>What applying a campaign's decisions came to.</summary>
/// <param name="Campaign">Campaign id.</param>
/// <param name="State">Its state now.</param>
/// <param name="Applied">Each decision that was tried.</param>
public sealed record AppliedReport(string Campaign, CampaignState State, IReadOnlyList<AppliedItem> Applied);

/// <summary>One decision and what came of it.</summary>
/// <param name="Client">Client id.</param>
/// <param name="Decision">What was decided.</param>
/// <param name="Outcome">What came of it; null: it was refused and stands as decided.</param>
/// <param name="Words">What was done, or why it was refused.</param>
public sealed record AppliedItem(string Client, ReviewDecision Decision, CampaignOutcome? Outcome, string Words);

/// <summary>One campaign with its items, as they are stored now.</summary>
/// <param name="Campaign">The campaign.</param>
/// <param name="Version">Its version.</param>
/// <param name="Items">Its items with their versions, those that wait first.</param>
public sealed record CampaignView(Campaign Campaign, long Version, IReadOnlyList<CampaignRow> Items);

/// <summary>One item and its version.</summary>
/// <param name="Item">The item.</param>
/// <param name="Version">Its version, to decide on exactly what was seen.</param>
public sealed record CampaignRow(CampaignItem Item, long Version);

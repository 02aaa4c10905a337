using PhiGateway.Admin.Clients;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>What the list of clients shows.</summary>
/// <param name="Text">What was searched for; null: nothing.</param>
/// <param name="Status">Only in this state; null: in any.</param>
/// <param name="Kind">Only of this kind; null: of any.</param>
/// <param name="Page">One page.</param>
/// <param name="Next">Address of the next page; null: this is the last.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record ClientsModel(string? Text, ClientStatus? Status, ClientKind? Kind, ClientPage Page, string? Next, string FormToken);

/// <summary>What the page of one client shows.</summary>
/// <param name="Profile">The client with what stands behind it.</param>
/// <param name="Posture">Its doors.</param>
/// <param name="Blast">What stops with it, and who goes on.</param>
/// <param name="Holders">Who else has its grants, by other use cases.</param>
/// <param name="Alerts">What nobody has closed about it, the urgent first.</param>
/// <param name="Use">Granted against used; null: the viewer may not read the trail, or it is not counted yet.</param>
/// <param name="Ledger">
/// What it used of each element of its grants, for who reviews and narrows it; null: the viewer may not learn it, or this node does not watch.
/// </param>
/// <param name="Today">The day, UTC.</param>
/// <param name="From">Since when its use is counted.</param>
/// <param name="MayStop">Whether the viewer may stop it.</param>
/// <param name="MayResume">Whether the viewer may open it again.</param>
/// <param name="MayAsk">Whether the viewer may ask that what the gateway did by itself be lifted.</param>
/// <param name="MayReplay">Whether the viewer may ask what narrower grants would do.</param>
/// <param name="Tried">The form that was refused; null: none was.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record ClientModel(
    ClientProfile Profile,
    PostureReport Posture,
    BlastRadius Blast,
    IReadOnlyList<GrantHolders> Holders,
    IReadOnlyList<Alert> Alerts,
    UseMatrix? Use,
    UsageReport? Ledger,
    DateOnly Today,
    DateTimeOffset From,
    bool MayStop,
    bool MayResume,
    bool MayAsk,
    bool MayReplay,
    TriedForm? Tried,
    string FormToken
)
{
    /// <summary>Whether the viewer searches the trail.</summary>
    public bool MayRead { get; init; }

    /// <summary>Whether the viewer may ask which tokens are out.</summary>
    public bool MayReadTokens { get; init; }

    /// <summary>Until when its use was counted; null: it was not.</summary>
    public DateTimeOffset? UseTo { get; init; }

    /// <summary>Where its use is found when it is counted; null: it is not being counted.</summary>
    public string? Counting { get; init; }
}

/// <summary>What stops with a client, before it is stopped.</summary>
/// <param name="Profile">The client.</param>
/// <param name="Blast">What stops, and what goes on.</param>
/// <param name="Reach">How many patients it can reach, one line for each way of naming them; empty: that cannot be reached.</param>
/// <param name="Allowed">
/// Calls that were allowed in the last seven days; null: the viewer may not read the trail, or they are not counted yet.
/// </param>
/// <param name="Since">Since when those were counted.</param>
/// <param name="Emergencies">How many emergency uses of it are known.</param>
/// <param name="Running">Its requests that run on this node now; null: not known, or it is stopped already.</param>
/// <param name="Step">suspend, quarantine or revoke, as chosen before; null: not yet.</param>
/// <param name="Tried">The form that was refused; null: it was not tried.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record StopModel(
    ClientProfile Profile,
    BlastRadius Blast,
    IReadOnlyList<string> Reach,
    long? Allowed,
    DateTimeOffset Since,
    int Emergencies,
    int? Running,
    string? Step,
    TriedForm? Tried,
    string FormToken
)
{
    /// <summary>Whether the viewer reads the trail.</summary>
    public bool MayRead { get; init; }

    /// <summary>Where its calls are found when they are counted; null: they are not being counted.</summary>
    public string? Counting { get; init; }
}

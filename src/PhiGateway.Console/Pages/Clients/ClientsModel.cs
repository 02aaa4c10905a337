using PhiGateway.Admin.Clients;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>What the list of clients shows.</summary>
/// <param name="Text">What was searched for; null: nothing.</param>
/// <param name="Status">Only in this state; null: in any.</param>
/// <param name="Page">One page.</param>
public sealed record ClientsModel(string? Text, ClientStatus? Status, ClientPage Page);

/// <summary>What the page of one client shows.</summary>
/// <param name="Profile">The client with what stands behind it.</param>
/// <param name="Posture">Its doors.</param>
/// <param name="Blast">What stops with it, and who goes on.</param>
/// <param name="Use">Granted against used; null: the viewer may not read the trail.</param>
/// <param name="Today">The day, UTC.</param>
/// <param name="MayStop">Whether the viewer may stop it.</param>
/// <param name="MayResume">Whether the viewer may open it again.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record ClientModel(
    ClientProfile Profile,
    PostureReport Posture,
    BlastRadius Blast,
    UseMatrix? Use,
    DateOnly Today,
    bool MayStop,
    bool MayResume,
    string FormToken
);

/// <summary>What stops with a client, before it is stopped.</summary>
/// <param name="Profile">The client.</param>
/// <param name="Blast">What stops, and what goes on.</param>
/// <param name="Allowed">Calls that were allowed in the last seven days; null: the viewer may not read the trail.</param>
/// <param name="Step">suspend, quarantine or revoke, as chosen before; null: not yet.</param>
/// <param name="Reason">What was typed.</param>
/// <param name="Problem">Why it was not done; null: it was not tried.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record StopModel(
    ClientProfile Profile,
    BlastRadius Blast,
    long? Allowed,
    string? Step,
    string? Reason,
    string? Problem,
    string FormToken
);

using PhiGateway.Admin.Decisions;
using PhiGateway.Admin.Replay;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Lab;

/// <summary>What the policy lab shows.</summary>
/// <param name="Question">What was asked about one request.</param>
/// <param name="Answer">How it would be decided; null: nothing was asked.</param>
/// <param name="Candidate">Documents that would differ, as typed.</param>
/// <param name="Days">How many days were replayed.</param>
/// <param name="Report">Whose answers would change; null: nothing was replayed.</param>
/// <param name="MaySimulate">Whether the viewer may ask about requests.</param>
/// <param name="MayReplay">Whether the viewer may replay.</param>
/// <param name="MayProve">Whether the viewer may look at single decisions.</param>
/// <param name="Tried">The form that was refused; null: none was.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record LabModel(
    LabQuestion Question,
    DecisionExplanation? Answer,
    string? Candidate,
    int Days,
    ReplayReport? Report,
    bool MaySimulate,
    bool MayReplay,
    bool MayProve,
    TriedForm? Tried,
    string FormToken
);

/// <summary>A request that nobody makes.</summary>
/// <param name="Client">Registered client.</param>
/// <param name="Request">Method and target.</param>
/// <param name="Purpose">Purposes.</param>
/// <param name="Scopes">Scopes.</param>
/// <param name="Peer">Address.</param>
/// <param name="Binding">none, mtls or dpop.</param>
public sealed record LabQuestion(string? Client, string? Request, string? Purpose, string? Scopes, string? Peer, string? Binding);

using PhiGateway.Admin.Revocations;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Revocations;

/// <summary>What the emergency stop shows.</summary>
/// <param name="Targets">What there is to be stopped.</param>
/// <param name="Target">What sort of thing is chosen; null: nothing yet.</param>
/// <param name="Value">Which one; null: none yet, or it is of everything.</param>
/// <param name="Preview">What would stop; null: nothing is chosen, or there is none by that name.</param>
/// <param name="Part">Which part of its clients is shown.</param>
/// <param name="Problem">Why there is no preview; null: there is one, or nothing is chosen.</param>
/// <param name="Tried">The form that was refused; null: none was.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record MassStopModel(
    StopTargets Targets,
    string? Target,
    string? Value,
    StopPreview? Preview,
    ListPart Part,
    string? Problem,
    TriedForm? Tried,
    string FormToken
);

/// <summary>What the list of revocations shows.</summary>
/// <param name="List">One page of them.</param>
/// <param name="MayLift">Whether the viewer may lift one.</param>
/// <param name="MayStop">Whether the viewer may write one.</param>
/// <param name="Tried">The form that was refused; null: none was.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record RevocationsModel(RevocationList List, bool MayLift, bool MayStop, TriedForm? Tried, string FormToken);

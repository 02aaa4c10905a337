using PhiGateway.Admin.Controls;

namespace PhiGateway.Console.Pages.Trust;

/// <summary>What the screen of posture shows.</summary>
/// <param name="Controls">Controls with their evidence.</param>
/// <param name="Scores">Scores of clients.</param>
/// <param name="State">Only controls in this state; null: all.</param>
public sealed record PostureModel(ControlReport Controls, ScoreReport Scores, string? State);

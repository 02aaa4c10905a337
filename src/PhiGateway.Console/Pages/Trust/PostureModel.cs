using PhiGateway.Admin.Controls;

namespace PhiGateway.Console.Pages.Trust;

/// <summary>What the screen of posture shows.</summary>
/// <param name="View">Controls with their evidence, and the scores of the clients that stand worst.</param>
/// <param name="State">Only controls in this state; null: all.</param>
public sealed record PostureModel(PostureView View, string? State);

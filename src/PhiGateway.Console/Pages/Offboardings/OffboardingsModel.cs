using PhiGateway.Admin.Organizations;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Offboardings;

/// <summary>What the list of offboardings shows.</summary>
/// <param name="Items">The newest first.</param>
/// <param name="Part">Which part of them this is.</param>
/// <param name="At">Now.</param>
public sealed record OffboardingsModel(IReadOnlyList<OffboardingLine> Items, ListPart Part, DateTimeOffset At);

/// <summary>What one offboarding shows.</summary>
/// <param name="Report">Its clock, figures, last calls and letters.</param>
/// <param name="MayNote">Whether the viewer may put down that somebody was told.</param>
/// <param name="Tried">The form that was refused; null: none was.</param>
/// <param name="FormToken">Token of the session's forms.</param>
/// <param name="At">Now.</param>
public sealed record OffboardingModel(OffboardingReport Report, bool MayNote, TriedForm? Tried, string FormToken, DateTimeOffset At);

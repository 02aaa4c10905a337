using PhiGateway.Admin.Shadows;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Lab;

/// <summary>The shadows, and the form that starts one.</summary>
/// <param name="Items">They, the newest first.</param>
/// <param name="Tried">The form that was refused; null: none was.</param>
/// <param name="FormToken">Token of the session's forms.</param>
/// <param name="Now">The moment, for an example.</param>
/// <param name="UseCase">The use case that was asked for; null: none was.</param>
/// <param name="Draft">It as it is, to be changed into a candidate; null: nothing to begin with.</param>
public sealed record ShadowsModel(
    IReadOnlyList<ShadowReport> Items,
    TriedForm? Tried,
    string FormToken,
    DateTimeOffset Now,
    string? UseCase,
    string? Draft
);

/// <summary>One shadow.</summary>
/// <param name="Report">What it has come to.</param>
/// <param name="MayProve">Whether the viewer may look at single decisions.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record ShadowModel(ShadowReport Report, bool MayProve, string FormToken);

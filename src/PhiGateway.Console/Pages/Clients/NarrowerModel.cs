using PhiGateway.Admin.Replay;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>What the page of narrower grants shows.</summary>
/// <param name="Client">Registered client.</param>
/// <param name="Now">What is granted now, in words.</param>
/// <param name="Report">What was not used, and what came of the replay.</param>
/// <param name="Proposed">What would be granted, in words; empty: nothing was used at all.</param>
/// <param name="Patch">The same as the body of a PATCH of the use case; null: there is none.</param>
/// <param name="MayProve">Whether the viewer may look at single decisions.</param>
public sealed record NarrowerModel(
    string Client,
    IReadOnlyList<string> Now,
    RightSizeReport Report,
    IReadOnlyList<string> Proposed,
    string? Patch,
    bool MayProve
);

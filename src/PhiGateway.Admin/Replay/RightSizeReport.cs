using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Replay;

/// <summary>What a use case is granted and did not use, and the narrower grants that would have been enough.</summary>
/// <param name="UseCase">Use case id.</param>
/// <param name="Days">How many days were looked at.</param>
/// <param name="Clients">Its clients.</param>
/// <param name="Unused">What is granted and was not used, such as <c>Condition search</c>.</param>
/// <param name="Grants">The narrower grants, to be written by a PATCH of the use case; null: nothing was used at all, so that the use case
/// itself is in question.</param>
/// <param name="Proven">
/// Whether every decision of the window that its record tells whole was made again over the narrower grants and none went another way; of
/// the others everything stays that they may have used.
/// </param>
/// <param name="Replay">How it was proven.</param>
public sealed record RightSizeReport(
    string UseCase,
    int Days,
    IReadOnlyList<string> Clients,
    IReadOnlyList<string> Unused,
    IReadOnlyList<Grant>? Grants,
    bool Proven,
    ReplayReport Replay
);

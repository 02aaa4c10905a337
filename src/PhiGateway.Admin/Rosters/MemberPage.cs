namespace PhiGateway.Admin.Rosters;

/// <summary>One page of a roster. PHI.</summary>
/// <param name="Items">In order of patient id.</param>
/// <param name="NextCursor">Place of the next page.</param>
public sealed record MemberPage(IReadOnlyList<MemberLine> Items, string? NextCursor);

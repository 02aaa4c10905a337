namespace PhiGateway.Admin.Rosters;

/// <summary>A line of the answer while an import runs.</summary>
/// <param name="State">running.</param>
/// <param name="Lines">Lines read.</param>
/// <param name="Accepted">Memberships written.</param>
/// <param name="Removed">Memberships removed.</param>
/// <param name="Rejected">Lines passed over.</param>
/// <param name="NextLine">Everything before it is dealt with.</param>
public sealed record ImportProgress(string State, long Lines, long Accepted, long Removed, long Rejected, long NextLine);

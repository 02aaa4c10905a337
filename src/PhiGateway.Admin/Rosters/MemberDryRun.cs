namespace PhiGateway.Admin.Rosters;

/// <summary>What a membership write would do; or what it did, where it closed clients.</summary>
/// <param name="DryRun">Whether nothing was written.</param>
/// <param name="Event">What it is called in the trail.</param>
/// <param name="Members">How many memberships it touches.</param>
/// <param name="Closed">
/// Clients whose approval ended with the write, since one person added more than they may alone; absent: none, or that is not known yet.
/// </param>
public sealed record MemberDryRun(bool DryRun, string Event, int Members, IReadOnlyList<string>? Closed = null);

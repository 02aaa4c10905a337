namespace PhiGateway.Admin.Rosters;

/// <summary>What a membership write would do.</summary>
/// <param name="DryRun">Always true.</param>
/// <param name="Event">What it would be called in the trail.</param>
/// <param name="Members">How many memberships it would touch.</param>
public sealed record MemberDryRun(bool DryRun, string Event, int Members);

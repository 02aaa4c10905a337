namespace PhiGateway.Admin.Configuration;

/// <summary>When the growth of a roster behind an approved client, or of its tasks, is told, and when it needs a second person.</summary>
/// <param name="AlertMembers">Memberships added or changed since somebody looked, from which on an alert is raised.</param>
/// <param name="AlertPercent">The same as a share of the roster, from twenty memberships on.</param>
/// <param name="MostAlone">
/// Memberships added, changed or removed since the clients behind the roster were approved, beyond which their approval ends and a second person
/// approves anew; null: a feed is never stopped.
/// </param>
public sealed record RosterGrowthRules(int AlertMembers = 1000, int AlertPercent = 50, int? MostAlone = null);

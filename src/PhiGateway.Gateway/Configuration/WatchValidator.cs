using PhiGateway.Admin.Alerts;
using PhiGateway.Watch.Detection;

namespace PhiGateway.Gateway.Configuration;

/// <summary>Validates what an operator wrote about the watch and about dormant clients; asked by <see cref="GatewayOptionsValidator"/>.</summary>
internal static class WatchValidator
{
    private const int Steps = 3;
    private const int LeastDays = 7;
    private const int MostMinutes = 10_080;

    /// <summary>Adds every problem found.</summary>
    /// <param name="options">What was written.</param>
    /// <param name="add">Takes key and message.</param>
    public static void Validate(GatewayOptions options, Action<string, string> add)
    {
        if (options.Admin.DormantDays is { } dormant && !IsLadder(dormant))
        {
            add(
                "Admin:DormantDays",
                $"must be at most {Steps} numbers of days, each larger than the one before, the first at least {LeastDays}."
            );
        }

        if (options.Admin.EscalateMinutes is < 0 or > MostMinutes)
        {
            add("Admin:EscalateMinutes", $"must be from 0 to {MostMinutes}.");
        }

        if (options.Admin.TakenMinutes is < 0 or > MostMinutes)
        {
            add("Admin:TakenMinutes", $"must be from 0 to {MostMinutes}.");
        }

        if (options.Admin.NodeSilentMinutes is { } silent and not 0 and (< 1 or > MostMinutes))
        {
            add("Admin:NodeSilentMinutes", $"must be 0, or from 1 to {MostMinutes}.");
        }

        CheckRules("Watch:Quarantine", options.Watch.Quarantine, add);
        CheckRules("Watch:Renew", options.Watch.Renew, add);
        CheckRules("Watch:Throttle", options.Watch.Throttle, add);
        if (options.Watch.ThrottleTo is < 1 or > 1_000_000)
        {
            add("Watch:ThrottleTo", "must be between 1 and 1000000.");
        }

        if (options.Watch.MostQuarantines < 0)
        {
            add("Watch:MostQuarantines", "must not be negative.");
        }
    }

    private static void CheckRules(string key, IReadOnlyList<string> entries, Action<string, string> add)
    {
        foreach (var entry in entries)
        {
            if (QuarantineRules.Parse(entry) is not { } rule || !TrailWatch.RuleNames.Contains(rule.Rule))
            {
                add(key, $"'{entry}' is no rule: {string.Join(", ", TrailWatch.RuleNames)}; a risk may follow: low, medium or high.");
            }
        }
    }

    private static bool IsLadder(IReadOnlyList<int> days) =>
        days.Count <= Steps
        && (days.Count == 0 || days[0] >= LeastDays)
        && days.Zip(days.Skip(1)).All(static pair => pair.First < pair.Second);
}

using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>Many different things tried that the client may not: purposes, types, operations, hidden elements.</summary>
internal sealed class ProbingRule : WatchRule
{
    private const int Least = 5;

    public override string Name => "probing";

    public override NhiRisk Risk => NhiRisk.Overprivileged;

    public override RuleFamily Family => RuleFamily.Reach;

    public override string Technique => Techniques.GroupsDiscovery;

    /// <summary>Whether a refusal is one of those that count.</summary>
    public static bool Counts(string? reason) =>
        reason
            is "purpose-missing"
                or "purpose-unknown"
                or "purpose-not-permitted"
                or "outside-scope"
                or "outside-use-case"
                or "operation-not-permitted"
                or "include-not-permitted"
                or "hidden-element"
                or "crosses-tenants"
                or "condition-not-met";

    public override Finding? Look(in Sighting sighting)
    {
        var probes = sighting.Activity.Probes;
        return Counts(sighting.Seen.Reason) && probes.Different >= Least
            ? Found(
                sighting,
                FindingSeverity.Medium,
                Say(
                    $"{probes.Different} different things that it may not were tried within a day, such as "
                        + $"{string.Join("; ", probes.Things.Take(5))}. A fault tries the same thing again; this tries what is possible."
                ),
                probes.Records.List()
            )
            : null;
    }
}
